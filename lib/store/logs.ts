import { checkOptions } from "../check.ts";
import { isRecord, type JsonValue } from "../../schema/json.ts";
import type { LogContents, LogEntry } from "../../schema/store.ts";
import { TimeoutException, ValidationException } from "../errors.ts";
import { storeName } from "../protocol/store_path.ts";
import { storeCall } from "./store_call.ts";
import { checkCallOptions } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { list, remove } from "./directories.ts";
import { byDocuments, isCount, unreadable } from "./file_calls.ts";
import { readJson } from "./read_text.ts";
import { writeJson } from "./write_text.ts";

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
  checkCallOptions(
    options,
    "saveLog(session, projectId, source, contents, { timeout })",
  );
  const startTime = startTimeOf(contents);
  const name = `${storeName("the source", source)}-${startTime}.log`;
  const path = logPath(projectId, name);
  return await byDocuments(session, async () => {
    const args = { subcommand: "save_log", projectId, source, contents };
    const { filename } = await storeCall(session, args, options);
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
  checkCallOptions(options, "getLog(session, projectId, name, { timeout })");
  const path = logPath(projectId, name);
  const key = logKey(name);
  const fromFile = (): Promise<JsonValue> => readJson(session, path, options);
  // Engines of 1.0 know no other names.
  if (!key) return await fromFile();
  return await byDocuments(session, async () => {
    const args = { subcommand: "get_log", projectId, ...key };
    const { contents } = await storeCall(session, args, options);
    if (contents !== undefined) return contents as JsonValue;
    throw unreadable("a log");
  }, fromFile);
}

/** A million names; more are not to be believed. */
const MAX_PAGES = 10_000;

/** Options of {@linkcode listLogs}. */
export interface ListLogsOptions extends CallOptions {
  /**
   * The component that the runs began at.
   *
   * @default {whichever it was}
   */
  readonly source?: string | undefined;
}

/**
 * List the logs of a project, the oldest first.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The project.
 * @param options See {@linkcode ListLogsOptions}; `timeout` is for the whole
 * list, which servers of 1.0 give in pages of a hundred names.
 * @returns The logs; none where there is no such project.
 * @throws {TypeError} An id is empty. Nothing was sent.
 * @throws {ValidationException} An id is no name. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { listLogs, saveLog } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const contents = { body: { startTime: 1764337626 } };
 * await saveLog(session, "reports", "webhook_1", contents);
 * const [log] = await listLogs(session, "reports", { source: "webhook_1" });
 * assertEquals(log?.name, "webhook_1-1764337626.log");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function listLogs(
  session: Session,
  projectId: string,
  options: ListLogsOptions = {},
): Promise<readonly LogEntry[]> {
  checkOptions(options, "listLogs(session, projectId, { source })", {
    source: 1,
    signal: 1,
    timeout: 1,
  });
  const { source, ...waiting } = options;
  const folder = logFolder(projectId);
  const prefix = source === undefined
    ? ""
    : `${storeName("the source", source)}-`;
  return await byDocuments(
    session,
    () => readPages(session, { projectId, ...(source && { source }) }, waiting),
    async () =>
      (await list(session, folder, waiting))
        .filter(({ name, type }) =>
          type !== "dir" && name.endsWith(".log") && name.startsWith(prefix)
        )
        .map(({ name, modified }) => ({
          name,
          ...(typeof modified === "number" && { modified }),
        }))
        .sort((a, b) => (a.modified ?? 0) - (b.modified ?? 0)),
  );
}

/**
 * Read page after page, while the server has more. It may be wrong about that:
 * a page without a new name is the last one, the number of pages is bounded,
 * and all of them share one timeout.
 */
async function readPages(
  session: Session,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<readonly LogEntry[]> {
  const { clock, requestTimeout } = coreOf(session).settings;
  const limit = options.timeout ?? requestTimeout;
  const deadline = clock.now() + limit;
  const names = new Set<string>();
  for (let page = 0, pages = 1; page < pages; page++) {
    const timeout = page === 0 ? limit : deadline - clock.now();
    if (page > 0 && timeout <= 0) {
      throw new TimeoutException(`No list of logs within ${limit} ms`, limit);
    }
    const asking = { subcommand: "list_logs", ...args, page };
    const body = await storeCall(session, asking, {
      ...options,
      timeout,
    });
    const { logs, total_pages = 1 } = body;
    const isList = Array.isArray(logs) &&
      logs.every((it) => typeof it === "string");
    if (!isList || !isCount(total_pages) || total_pages > MAX_PAGES) {
      throw unreadable("a list of logs");
    }
    const known = names.size;
    for (const name of logs) names.add(name);
    if (names.size === known) break;
    pages = total_pages;
  }
  return [...names].map((name) => ({ name }));
}

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
  checkCallOptions(options, "deleteLog(session, projectId, name, { timeout })");
  await remove(session, logPath(projectId, name), options);
}

/** The name of a log has its source and its start. */
const NAME = /^(.+)-(\d+(?:\.\d+)?)\.log$/s;

/** The path of a log where the engine has files. */
function logPath(projectId: string, name: string): string {
  return `${logFolder(projectId)}/${storeName("the name of a log", name)}`;
}

/** The directory of a project's logs where the engine has files. */
function logFolder(projectId: string): string {
  return `.logs/${storeName("the id of a project", projectId)}`;
}

/** What engines of 1.0 want in the place of a name, if it is one of theirs. */
function logKey(
  name: string,
): { readonly source: string; readonly startTime: number } | undefined {
  const [, source, startTime] = NAME.exec(name) ?? [];
  return source === undefined
    ? undefined
    : { source, startTime: Number(startTime) };
}
