import type { LogEntry } from "../../../schema/store.ts";
import { TimeoutException } from "../../errors.ts";
import { storeName } from "../../protocol/store_path.ts";
import { call } from "../../session/call.ts";
import { coreOf } from "../../session/core.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { unreadable } from "../_file_calls.ts";
import { byGeneration } from "../_generation.ts";
import { isCount } from "../_numbers.ts";
import { list } from "../list.ts";
import { logFolder } from "./_log_file.ts";

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
  { source, ...options }: ListLogsOptions = {},
): Promise<readonly LogEntry[]> {
  const folder = logFolder(projectId);
  const prefix = source === undefined
    ? ""
    : `${storeName("the source", source)}-`;
  return await byGeneration(
    session,
    () => readPages(session, { projectId, ...(source && { source }) }, options),
    async () =>
      (await list(session, folder, options))
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
    const body = await call(session, "rrext_store", asking, {
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
