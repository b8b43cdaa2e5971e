import type {
  DashboardConnection,
  DashboardResponse,
  DashboardTask,
} from "../../../schema/dashboard.ts";
import { EVENT_BITS, kindsOf } from "../../../schema/event.ts";
import type { Clock } from "../../async.ts";
import { type Identity, isAllowed } from "../access/permissions.ts";
import { TEAM } from "../access/scope.ts";
import {
  type MonitorKey,
  monitorName,
  type Subscriptions,
} from "../monitor/monitors.ts";
import type { Task } from "../run/task.ts";

/** What a client tells about itself when it logs in. */
export interface ClientInfo {
  readonly name?: string;
  readonly version?: string;
}

/** A connection, as the dashboard shows it. Times are Unix seconds. */
export interface ConnectionInfo {
  /** Unique among the connections of an engine. */
  readonly id: string;
  readonly connectedAt: number;
  readonly lastActivity: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Its identity, once it has logged in. */
  readonly identity: Identity | undefined;
  client: ClientInfo;
  readonly subscriptions: Subscriptions;
  /** Deliver an event. Must not wait. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void;
}

/** Whatever has the subscriptions of a connection. */
type Owner = Pick<ConnectionInfo, "subscriptions">;

/**
 * The connections of an engine, and the events about them and about tasks.
 * Users see what concerns themselves; who logged in with a task's key, what
 * concerns that task.
 */
export class Dashboard {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #connections: Set<ConnectionInfo> = new Set();
  #count = 0;

  /** Begin without connections; `uptime` is counted from here. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** For how long the engine has run, in seconds. */
  get uptime(): number {
    return (this.#clock.now() - this.#startedAt) / 1_000;
  }

  /** An id that no connection had before. */
  nextId(): string {
    return String(++this.#count);
  }

  add(connection: ConnectionInfo): void {
    this.#connections.add(connection);
  }

  delete(connection: ConnectionInfo): void {
    this.#connections.delete(connection);
  }

  /**
   * The engine at a glance, as far as it concerns an identity: its own
   * connections and tasks, and the connections that have not logged in.
   */
  read(known: readonly Task[], identity: Identity): DashboardResponse {
    const tasks = known.filter(({ spec }) => ownerOf(spec)(identity));
    const connections = [...this.#connections].filter((it) =>
      it.identity ? nextTo(it.identity)(identity) : identity.task === undefined
    );
    return {
      overview: {
        totalConnections: connections.length,
        activeTasks: tasks.filter(({ active }) => active).length,
        serverUptime: this.uptime,
      },
      connections: connections.map((it) => connectionRow(it, known)),
      tasks: tasks.map((task) => taskRow(task, connections)),
    };
  }

  connectionAdded(connection: ConnectionInfo, identity: Identity): void {
    const body = { ...about(connection), clientId: identity.userId };
    this.#publish("connection_added", body, nextTo(identity));
  }

  /** A connection that was logged in as `identity` no longer is. */
  connectionRemoved(connection: ConnectionInfo, identity: Identity): void {
    this.#publish("connection_removed", about(connection), nextTo(identity));
  }

  /** A connection has another name. */
  renamed(from: Owner, appName: string): void {
    const connection = this.#connectionOf(from);
    if (!connection?.identity) return;
    const { id: connectionId, identity } = connection;
    connection.client = { ...connection.client, name: appName };
    const body = { connectionId, appName };
    this.#publish("connection_updated", body, nextTo(identity));
  }

  /** A credential was refused, as HTTP would with status 401. */
  authFailed(from: Owner, reason: string): void {
    const connectionId = this.#connectionOf(from)?.id;
    if (connectionId === undefined) return;
    const body = { connectionId, reason, code: 401 };
    this.#publish("auth_failed", body, ({ task }) => task === undefined);
  }

  /** A connection has chosen what it watches; it gets no event about that. */
  monitorChanged(from: Owner, target: MonitorKey, mask: number): void {
    const connection = this.#connectionOf(from);
    if (!connection?.identity) return;
    const { identity } = connection;
    const body = {
      ...about(connection),
      key: monitorName(target),
      change: mask === 0 ? "unsubscribed" : "subscribed",
    };
    this.#publish("monitor_changed", body, nextTo(identity), connection);
  }

  /** A deployment, or a project's versions, have changed. */
  deployChanged(teamId: string, projectId: string, action: string): void {
    const body = { orgId: TEAM, teamId, projectId, action, __id: "" };
    for (const connection of this.#connections) {
      const { identity } = connection;
      if (!watchesEngine(connection, EVENT_BITS.DEPLOY)) continue;
      if (identity?.task !== undefined) continue;
      if (!identity?.permissions.has("task.monitor")) continue;
      connection.sendEvent("apaevt_deploy", body);
    }
  }

  taskRemoved({ spec }: Task): void {
    const body = { taskId: spec.displayId };
    this.#publish("task_removed", body, ownerOf(spec));
  }

  taskFailed({ spec, record }: Task): void {
    const { exitCode, exitMessage } = record.read();
    const body = { taskId: spec.displayId, exitCode, exitMessage };
    this.#publish("task_error", body, ownerOf(spec));
  }

  /** Not everything that sends commands is a connection. */
  #connectionOf({ subscriptions }: Owner): ConnectionInfo | undefined {
    for (const it of this.#connections) {
      if (it.subscriptions === subscriptions) return it;
    }
    return undefined;
  }

  #publish(
    action: string,
    body: Readonly<Record<string, unknown>>,
    maySee: (identity: Identity) => boolean,
    except?: ConnectionInfo,
  ): void {
    const timestamp = Date.now() / 1_000;
    for (const connection of this.#connections) {
      const { identity } = connection;
      if (connection === except || !watchesEngine(connection)) continue;
      if (!identity?.permissions.has("task.monitor")) continue;
      if (!maySee(identity)) continue;
      const event = { action, timestamp, ...body, __id: "" };
      connection.sendEvent("apaevt_dashboard", event);
    }
  }
}

/** Events about the engine go to subscriptions to everything. */
function watchesEngine(
  { subscriptions }: ConnectionInfo,
  bit: number = EVENT_BITS.DASHBOARD,
): boolean {
  return subscriptions.entries.some(({ key, mask }) =>
    key.kind === "all" && (mask & bit) !== 0
  );
}

/** The same user, unless bound to another task. */
function nextTo({ userId, task }: Identity): (other: Identity) => boolean {
  return (other) =>
    other.userId === userId &&
    (other.task === undefined || other.task === task);
}

/** The user of a task, if it may watch the task. */
function ownerOf(
  { token, userId }: { readonly token: string; readonly userId: string },
): (identity: Identity) => boolean {
  return (identity) =>
    identity.userId === userId && isAllowed(identity, "task.monitor", token);
}

/** How events name a connection. */
function about(
  { id, client: { name, version } }: ConnectionInfo,
): Readonly<Record<string, string>> {
  return {
    connectionId: id,
    ...(name !== undefined && { clientName: name }),
    ...(version !== undefined && { clientVersion: version }),
  };
}

function connectionRow(
  connection: ConnectionInfo,
  tasks: readonly Task[],
): DashboardConnection {
  const { id, connectedAt, lastActivity, messagesIn, messagesOut } = connection;
  const { identity, client, subscriptions } = connection;
  return {
    id,
    connectedAt,
    lastActivity,
    messagesIn,
    messagesOut,
    authenticated: identity !== undefined,
    clientId: identity?.userId ?? null,
    userId: identity?.userId ?? null,
    userName: identity?.userId ?? null,
    orgId: identity ? TEAM : null,
    orgName: identity ? "Local" : null,
    clientInfo: { ...client },
    monitors: subscriptions.entries.map(({ key, mask }) => {
      return { key: monitorName(key), flags: kindsOf(mask) };
    }),
    attachedTasks: tasks.filter((task) => isAttached(connection, task))
      .map(({ spec }) => spec.displayId),
  };
}

function taskRow(
  task: Task,
  connections: readonly ConnectionInfo[],
): DashboardTask {
  const { displayId: id, name, projectId, source, provider } = task.spec;
  const { runKind, ttl } = task.spec;
  const status = task.record.read();
  const { completed, startTime, endTime, exitCode } = status;
  return {
    id,
    name,
    projectId,
    source,
    provider,
    launchType: "execute",
    runKind,
    startTime,
    elapsedTime: Math.max(0, (endTime || Date.now() / 1_000) - startTime),
    completed,
    status: completed ? null : status.status,
    exitCode: completed ? exitCode : null,
    endTime: completed ? endTime : null,
    connections: connections.filter((it) => isAttached(it, task)).length,
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

/** A connection is attached to the task whose key it logged in with. */
function isAttached({ identity }: ConnectionInfo, { spec }: Task): boolean {
  return identity?.task === spec.token;
}
