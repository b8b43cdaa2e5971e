import { isRecord } from "../../schema/json.ts";
import type { TaskSummary } from "../../schema/task.ts";
import { conceal } from "../protocol/secrets.ts";
import { ProtocolException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * List the running tasks of the account.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One entry a task, with token, status text and pipeline. The token
 * is read by name only: it is not enumerated, serialised or inspected.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listTasks(
  session: Session,
  options: CallOptions = {},
): Promise<readonly TaskSummary[]> {
  const { tasks } = await call(session, "rrext_get_tasks", {}, options);
  if (Array.isArray(tasks) && tasks.every(isRecord)) {
    return tasks.map((task) => conceal(task as TaskSummary, ["token"]));
  }
  throw new ProtocolException("Cannot read the answer: expected a task list");
}
