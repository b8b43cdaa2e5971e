import { isStoreStat, type StoreStat } from "../../schema/store.ts";
import { storePath } from "../protocol/store_path.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { unreadable } from "./_file_calls.ts";

/**
 * Look at something in the store. Official clients call it `fsStat`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file or directory, from the root of the store.
 * @param options See {@linkcode CallOptions}.
 * @returns What it is; `undefined` where there is nothing.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { mkdir, stat } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await mkdir(session, "notes");
 * assertEquals((await stat(session, "notes"))?.type, "dir");
 * assertEquals(await stat(session, "nowhere"), undefined);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function stat(
  session: Session,
  path: string,
  options: CallOptions = {},
): Promise<StoreStat | undefined> {
  const args = { subcommand: "fs_stat", path: storePath(path) };
  const body = await call(session, "rrext_store", args, options);
  const { exists, ...found } = body;
  if (exists === false) return undefined;
  if (isStoreStat(found)) return found;
  throw unreadable("what a path leads to");
}
