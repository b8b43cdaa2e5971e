import { isRecord } from "../../schema/json.ts";
import type { TaskSummary } from "../../schema/task.ts";
import { ProtocolException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * List the running tasks of the account.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One entry a task, with token, status text and pipeline.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listTasks(
  session: Session,
  options: CallOptions = {},
): Promise<readonly TaskSummary[]> {
  const { tasks } = await call(session, "rrext_get_tasks", {}, options);
  if (Array.isArray(tasks) && tasks.every(isRecord)) {
    return tasks as unknown as readonly TaskSummary[];
  }
  throw new ProtocolException("Cannot read the answer: expected a task list");
}
