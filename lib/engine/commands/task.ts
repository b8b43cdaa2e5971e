import {
  TASK_STATE,
  type TaskStatus,
  type TaskSummary,
} from "../../../schema/task.ts";
import { RocketRideException } from "../../errors.ts";
import { withoutKey } from "../access/keys.ts";
import {
  isAllowed,
  notRunning,
  requireForTask,
} from "../access/permissions.ts";
import { readScope } from "../access/scope.ts";
import type { TaskTopic } from "../monitor/monitors.ts";
import type { Call, Reply, TaskCall } from "./call.ts";

/** `terminate`: end a task; it has ended when the reply is sent. */
export async function terminate({ task }: TaskCall): Promise<Reply> {
  await task.stop();
}

/** `rrext_get_task_status`: all that is known about a task. */
export function getTaskStatus(call: TaskCall): Reply {
  const { record, spec } = call.task;
  return shownStatus(call, record.read(), spec);
}

/** `rrext_get_pipeline`: the pipeline, placeholders unresolved. */
export function getPipeline({ task }: TaskCall): Reply {
  return { pipeline: structuredClone(task.pipeline) };
}

/**
 * `rrext_get_token`: the token of a running task; never one that carries more
 * than the caller may do.
 */
export function getToken({ core, identity, args }: Call): Reply {
  const { projectId, source } = args;
  const { runKind, teamId } = readScope(args);
  const found = core.tasks.active().filter(({ spec }) =>
    spec.projectId === projectId && spec.source === source &&
    spec.runKind === runKind && spec.teamId === teamId
  );
  // Users of one team may run the same pipeline; the caller's own comes first.
  const own = found.find(({ spec }) => spec.userId === identity.userId);
  const [task, another] = own ? [own] : found;
  if (!task) throw notRunning();
  if (another) {
    throw new RocketRideException(
      "Multiple pipelines are running for this project; specify a scope",
      { code: "task-ambiguous" },
    );
  }
  requireForTask(identity, "task.monitor", task.spec.token);
  return { token: core.keys.keyFor("tk", task.spec, identity) };
}

/** `rrext_get_tasks`: the tasks that take data. */
export function getTasks({ core, identity }: Call): Reply {
  const tasks = core.tasks.active().filter(({ record, spec }) =>
    record.state === TASK_STATE.RUNNING &&
    isAllowed(identity, "task.monitor", spec.token)
  );
  return {
    tasks: tasks.map(({ spec, record, pipeline }): TaskSummary => ({
      name: pipeline.name ?? spec.source,
      description: pipeline.description ?? "",
      source: spec.source,
      runKind: spec.runKind,
      token: core.keys.keyFor("tk", spec, identity),
      status: record.read().status,
      pipeline: structuredClone(pipeline),
    })),
  };
}

/** A status without the task's public key, unless the caller may send data. */
export function shownStatus(
  { identity }: Call,
  status: TaskStatus,
  { publicToken, token }: TaskTopic,
): TaskStatus {
  if (isAllowed(identity, "task.data", token)) return status;
  return withoutKey(status, publicToken);
}
