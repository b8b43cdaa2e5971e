import { isTaskStatus, type TaskStatus } from "../../schema/task.ts";
import { ProtocolException } from "../errors.ts";
import { call, tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/**
 * Return what a task is doing: state, counters, errors, what is in progress.
 *
 * Trust `completed` and `errors`; `exitCode` and the difference between the
 * states 5 and 6 are not reliable on real engines (protocol S15). Asking does
 * not keep a task alive.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}.
 * @returns The whole status.
 * @throws {RocketRideException} There is no such task (`task-not-running`).
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getTaskStatus(
  session: Session,
  task: TaskRef,
  options: CallOptions = {},
): Promise<TaskStatus> {
  const body = await call(session, "rrext_get_task_status", {}, {
    ...options,
    task: tokenOf(task),
  });
  if (isTaskStatus(body)) {
    return coreOf(session).settings.secrets.hideTexts(body);
  }
  throw new ProtocolException("Cannot read the answer: expected a task status");
}
