import { isRecord } from "../../../schema/json.ts";
import type { LogContents } from "../../../schema/store.ts";
import { ValidationException } from "../../errors.ts";
import { storeName } from "../../protocol/store_path.ts";
import { call } from "../../session/call.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { unreadable } from "../_file_calls.ts";
import { byGeneration } from "../_generation.ts";
import { writeJson } from "../write_json.ts";
import { logPath } from "./_log_file.ts";

/**
 * Keep what a run has left behind, in the place of a log of the same source
 * and start. Where the engine has files it is
 * `.logs/<project>/<source>-<start>.log`.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The project; the name of a directory.
 * @param source The component that the run began at.
 * @param contents What there is to say; `body.startTime` names the log.
 * @param options See {@linkcode CallOptions}.
 * @returns The name of the log, for {@linkcode getLog}.
 * @throws {TypeError} An id is empty. Nothing was sent.
 * @throws {ValidationException} An id is no name, or `contents` lack their
 * `body.startTime`. Nothing was sent.
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
 * const contents = { body: { startTime: 1764337626, errors: [] } };
 * const name = await saveLog(session, "reports", "webhook_1", contents);
 * assertEquals(name, "webhook_1-1764337626.log");
 * assertEquals(await getLog(session, "reports", name), contents);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function saveLog(
  session: Session,
  projectId: string,
  source: string,
  contents: LogContents,
  options: CallOptions = {},
): Promise<string> {
  const startTime = startTimeOf(contents);
  const name = `${storeName("the source", source)}-${startTime}.log`;
  const path = logPath(projectId, name);
  return await byGeneration(session, async () => {
    const args = { subcommand: "save_log", projectId, source, contents };
    const { filename } = await call(session, "rrext_store", args, options);
    if (typeof filename === "string") return filename;
    throw unreadable("the name of a log");
  }, async () => {
    await writeJson(session, path, contents, options);
    return name;
  });
}

function startTimeOf(contents: unknown): number {
  const body = isRecord(contents) ? contents.body : undefined;
  const startTime = isRecord(body) ? body.startTime : undefined;
  if (typeof startTime === "number" && startTime >= 0 && startTime < Infinity) {
    return startTime;
  }
  throw new ValidationException(
    'Cannot save a log: expected "body.startTime" in Unix seconds',
    { code: "request-failed" },
  );
}
