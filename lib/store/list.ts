import { isStoreEntry, type StoreEntry } from "../../schema/store.ts";
import { storePath } from "../protocol/store_path.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { unreadable } from "./_file_calls.ts";

/**
 * List a directory of the store. Official clients call it `fsListDir`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The directory, from the root of the store; the root itself when
 * absent or empty.
 * @param options See {@linkcode CallOptions}.
 * @returns What is in it, by name; nothing where there is no such directory.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { list, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "notes/one.txt", "Hello");
 * const [notes] = await list(session);
 * assertEquals(notes, { name: "notes", type: "dir" });
 * const [one] = await list(session, "notes");
 * assertEquals([one?.name, one?.size], ["one.txt", 5]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function list(
  session: Session,
  path = "",
  options: CallOptions = {},
): Promise<readonly StoreEntry[]> {
  const args = { subcommand: "fs_list_dir", path: storePath(path) };
  const { entries } = await call(session, "rrext_store", args, options);
  if (Array.isArray(entries) && entries.every(isStoreEntry)) return entries;
  throw unreadable("a list of files");
}
