import type {
  DashboardConnection,
  DashboardResponse,
  DashboardTask,
} from "../../../schema/dashboard.ts";
import { kindsOf } from "../../../schema/event.ts";
import type { Identity } from "../access/identity.ts";
import type { Core } from "../core.ts";
import type { Task } from "../run/task.ts";
import { nextTo, ownerOf } from "./dashboard.ts";
import { monitorName } from "./monitor_name.ts";
import type { Visitor } from "./visitor.ts";

/**
 * An engine at a glance, as far as it concerns somebody: their own
 * connections and tasks, and the connections that nobody has logged in on.
 */
export function readDashboard(
  { dashboard, tasks }: Core,
  identity: Identity,
): DashboardResponse {
  const known = tasks.all();
  const seen = known.filter(({ spec }) => ownerOf(spec)(identity));
  const visitors = dashboard.visitors.filter((visitor) =>
    visitor.identity
      ? nextTo(visitor.identity)(identity)
      : identity.task === undefined
  );
  return {
    overview: {
      totalConnections: visitors.length,
      activeTasks: seen.filter(({ active }) => active).length,
      serverUptime: dashboard.uptime,
    },
    connections: visitors.map((visitor) => connection(visitor, known)),
    tasks: seen.map((task) => taskLine(task, visitors)),
  };
}

function connection(
  visitor: Visitor,
  tasks: readonly Task[],
): DashboardConnection {
  const { id, connectedAt, lastActivity, messagesIn, messagesOut } = visitor;
  const { identity, client, subscriptions } = visitor;
  return {
    id,
    connectedAt,
    lastActivity,
    messagesIn,
    messagesOut,
    authenticated: identity !== undefined,
    clientId: identity?.userId ?? null,
    clientInfo: { ...client },
    monitors: subscriptions.entries.map(({ key, mask }) => {
      return { key: monitorName(key), flags: kindsOf(mask) };
    }),
    attachedTasks: tasks.filter((task) => isAttached(visitor, task))
      .map(({ spec }) => spec.displayId),
  };
}

function taskLine(task: Task, visitors: readonly Visitor[]): DashboardTask {
  const { displayId: id, name, projectId, source, provider, ttl } = task.spec;
  const status = task.record.read();
  const { completed, startTime, endTime, exitCode } = status;
  return {
    id,
    name,
    projectId,
    source,
    provider,
    launchType: "execute",
    startTime,
    elapsedTime: Math.max(0, (endTime || Date.now() / 1_000) - startTime),
    completed,
    status: completed ? null : status.status,
    exitCode: completed ? exitCode : null,
    endTime: completed ? endTime : null,
    connections: visitors.filter((visitor) => isAttached(visitor, task)).length,
    state: status.state,
    idleTime: task.idleSeconds,
    ttl,
    metrics: completed ? null : status.metrics,
    totalCount: status.totalCount,
    completedCount: status.completedCount,
    rateCount: status.rateCount,
    rateSize: status.rateSize,
  };
}

/** A connection is attached to the task whose key it came with. */
function isAttached({ identity }: Visitor, { spec }: Task): boolean {
  return identity?.task === spec.token;
}
