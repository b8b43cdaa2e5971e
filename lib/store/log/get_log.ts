import type { JsonValue } from "../../../schema/json.ts";
import { call } from "../../session/call.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { unreadable } from "../_file_calls.ts";
import { byGeneration } from "../_generation.ts";
import { readJson } from "../read_json.ts";
import { logKey, logPath } from "./_log_file.ts";

/**
 * Get a log that was kept.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The project.
 * @param name The name of the log, as {@linkcode saveLog} and
 * {@linkcode listLogs} give it.
 * @param options See {@linkcode CallOptions}.
 * @returns What was kept.
 * @throws {TypeError} The id or the name is empty. Nothing was sent.
 * @throws {ValidationException} One of them is no name. Nothing was sent.
 * @throws {RocketRideException} There is none, with the code `file-not-found`.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { getLog, saveLog } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const contents = { body: { startTime: 1764337626 } };
 * const name = await saveLog(session, "reports", "webhook_1", contents);
 * assertEquals(await getLog(session, "reports", name), contents);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getLog(
  session: Session,
  projectId: string,
  name: string,
  options: CallOptions = {},
): Promise<JsonValue> {
  const path = logPath(projectId, name);
  const key = logKey(name);
  const fromFile = (): Promise<JsonValue> => readJson(session, path, options);
  // Engines of 1.0 know no other names.
  if (!key) return await fromFile();
  return await byGeneration(session, async () => {
    const args = { subcommand: "get_log", projectId, ...key };
    const { contents } = await call(session, "rrext_store", args, options);
    if (contents !== undefined) return contents as JsonValue;
    throw unreadable("a log");
  }, fromFile);
}
