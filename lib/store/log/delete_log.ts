import type { CallOptions, Session } from "../../session/session.ts";
import { remove } from "../remove.ts";
import { logPath } from "./_log_file.ts";

/**
 * Forget a log. Engines of 1.0 cannot: with them it rejects, as a rule with
 * the code `unknown-command`.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The project.
 * @param name The name of the log, as {@linkcode saveLog} and
 * {@linkcode listLogs} give it.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id or the name is empty. Nothing was sent.
 * @throws {ValidationException} One of them is no name. Nothing was sent.
 * @throws {RocketRideException} There is none, with the code `file-not-found`.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { deleteLog, listLogs, saveLog } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const contents = { body: { startTime: 1764337626 } };
 * const name = await saveLog(session, "reports", "webhook_1", contents);
 * await deleteLog(session, "reports", name);
 * assertEquals(await listLogs(session, "reports"), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deleteLog(
  session: Session,
  projectId: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  await remove(session, logPath(projectId, name), options);
}
