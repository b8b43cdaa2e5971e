import { call, tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { taskEnded } from "./task_failures.ts";

/**
 * Stop a task and free what it holds.
 *
 * Resolves when it has really stopped, up to ten seconds later. Objects that
 * are still in the pipeline fail. Stopping a task that has just ended is fine.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}.
 * @throws {RocketRideException} There is no such task (`task-not-running`), or
 * it may not be stopped.
 * @throws What {@linkcode request} throws.
 */
export async function terminate(
  session: Session,
  task: TaskRef,
  options: CallOptions = {},
): Promise<void> {
  const { attachments } = coreOf(session);
  const token = tokenOf(task);
  const before = attachments.next();
  await call(session, "terminate", {}, { ...options, task: token });
  // Servers do not answer what was in flight.
  attachments.forgotten(token, before, taskEnded("Task was terminated"));
}
