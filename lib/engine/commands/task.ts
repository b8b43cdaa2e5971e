import {
  TASK_STATE,
  type TaskStatus,
  type TaskSummary,
} from "../../../schema/task.ts";
import {
  isAllowed,
  requireForTask,
  requirePermission,
} from "../access/permissions.ts";
import { withoutKey } from "../access/keys.ts";
import type { TaskTopic } from "../monitor/monitors.ts";
import type { Task } from "../run/task.ts";
import { type Call, notRunning, type Reply, taskOf } from "./call.ts";

/** `terminate`: end a task; it has ended when the reply comes. */
export async function terminate(call: Call): Promise<Reply> {
  await permitted(call, "task.control").stop();
}

/** `rrext_get_task_status`: all that is known about a task. */
export function getTaskStatus(call: Call): Reply {
  const { record, spec } = permitted(call, "task.monitor");
  return shownStatus(call, record.read(), spec);
}

/** `rrext_get_pipeline`: the pipeline, placeholders unresolved. */
export function getPipeline(call: Call): Reply {
  return {
    pipeline: structuredClone(permitted(call, "task.monitor").pipeline),
  };
}

/**
 * `rrext_get_token`: the token of a running task; never of one
 * that has ended, and never one that carries more than
 * who asks may do.
 */
export function getToken({ core, identity, args }: Call): Reply {
  requirePermission(identity, "task.monitor");
  const { projectId, source } = args;
  const found = core.tasks.active().filter(({ spec }) =>
    spec.projectId === projectId && spec.source === source
  );
  // Users of one team may run the same pipeline; the caller's own comes first.
  const task = found.find(({ spec }) => spec.userId === identity.userId) ??
    found[0];
  if (!task) throw notRunning();
  requireForTask(identity, "task.monitor", task.spec.token);
  return { token: core.keys.keyFor("tk", task.spec, identity) };
}

/** `rrext_get_tasks`: the tasks that take data. */
export function getTasks({ core, identity }: Call): Reply {
  requirePermission(identity, "task.monitor");
  const tasks = core.tasks.active().filter(({ record, spec }) =>
    record.state === TASK_STATE.RUNNING &&
    isAllowed(identity, "task.monitor", spec.token)
  );
  const tokenOf = ({ spec }: Task): string =>
    core.keys.keyFor("tk", spec, identity);
  return { tasks: tasks.map((task) => summary(task, tokenOf(task))) };
}

function summary(
  { spec: { source }, record, pipeline }: Task,
  token: string,
): TaskSummary {
  return {
    name: pipeline.name ?? source,
    description: pipeline.description ?? "",
    source,
    token,
    status: record.read().status,
    pipeline: structuredClone(pipeline),
  };
}

/** A status as it may be shown: the key that its notes have is for data. */
export function shownStatus(
  { identity }: Call,
  status: TaskStatus,
  { publicToken, token }: TaskTopic,
): TaskStatus {
  if (isAllowed(identity, "task.data", token)) return status;
  return withoutKey(status, publicToken);
}

function permitted(
  call: Call,
  permission: "task.control" | "task.monitor",
): Task {
  const task = taskOf(call);
  requireForTask(call.identity, permission, task.spec.token);
  return task;
}
