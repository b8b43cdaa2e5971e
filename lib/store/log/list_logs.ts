import type { LogEntry } from "../../../schema/store.ts";
import { storeName } from "../../protocol/store_path.ts";
import { call } from "../../session/call.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { unreadable } from "../_file_calls.ts";
import { byGeneration } from "../_generation.ts";
import { list } from "../list.ts";
import { logFolder } from "./_log_file.ts";

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
 * @param options See {@linkcode ListLogsOptions}; engines of 1.0 tell a hundred
 * names at a time, and `timeout` is for each request.
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
          ...(modified === undefined ? {} : { modified }),
        }))
        .sort((a, b) => (a.modified ?? 0) - (b.modified ?? 0)),
  );
}

/** An engine that says that there is more, but gives nothing, is not believed. */
async function readPages(
  session: Session,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<readonly LogEntry[]> {
  const names: string[] = [];
  for (let page = 0;; page++) {
    const asking = { subcommand: "list_logs", ...args, page };
    const body = await call(session, "rrext_store", asking, options);
    const { logs, total_pages } = body;
    if (!Array.isArray(logs) || !logs.every((it) => typeof it === "string")) {
      throw unreadable("a list of logs");
    }
    names.push(...logs);
    const isLast = !(Number(total_pages) > page + 1);
    if (isLast || logs.length === 0) return names.map((name) => ({ name }));
  }
}
