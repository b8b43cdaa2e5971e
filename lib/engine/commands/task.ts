import { TASK_STATE, type TaskSummary } from "../../../schema/task.ts";
import {
  isAllowed,
  requireForTask,
  requirePermission,
} from "../access/identity.ts";
import type { Task } from "../run/task.ts";
import { type Call, notRunning, type Reply, taskOf } from "./call.ts";

/** `terminate`: end a task; it has ended when the reply comes (engine §9.4). */
export async function terminate(call: Call): Promise<Reply> {
  await permitted(call, "task.control").stop();
}

/** `rrext_get_task_status`: all that is known about a task (engine §7.2). */
export function getTaskStatus(call: Call): Reply {
  return permitted(call, "task.monitor").record.read();
}

/** `rrext_get_pipeline`: the pipeline, placeholders unresolved (engine §9.6). */
export function getPipeline(call: Call): Reply {
  return {
    pipeline: structuredClone(permitted(call, "task.monitor").pipeline),
  };
}

/**
 * `rrext_get_token`: the token of a running task (engine §9.6); never of one
 * that has ended (protocol §12.1 S14).
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
  const { token } = task.spec;
  requireForTask(identity, "task.monitor", token);
  return { token };
}

/** `rrext_get_tasks`: the tasks that take data (engine §9.6). */
export function getTasks({ core, identity }: Call): Reply {
  requirePermission(identity, "task.monitor");
  const tasks = core.tasks.active().filter(({ record, spec }) =>
    record.state === TASK_STATE.RUNNING &&
    isAllowed(identity, "task.monitor", spec.token)
  );
  return { tasks: tasks.map(summary) };
}

function summary({ spec, record, pipeline }: Task): TaskSummary {
  const { source, token } = spec;
  return {
    name: pipeline.name ?? source,
    description: pipeline.description ?? "",
    source,
    token,
    status: record.read().status,
    pipeline: structuredClone(pipeline),
  };
}

function permitted(
  call: Call,
  permission: "task.control" | "task.monitor",
): Task {
  const task = taskOf(call);
  requireForTask(call.identity, permission, task.spec.token);
  return task;
}
