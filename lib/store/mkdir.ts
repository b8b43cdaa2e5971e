import { storePathBelowRoot } from "../protocol/store_path.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Make a directory in the store, with those above it. One that is there stays
 * as it is. Writing a file makes its directories by itself. Official clients
 * call it `fsMkdir`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The directory, from the root of the store.
 * @param options See {@linkcode CallOptions}.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example since a file
 * has that path.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { list, mkdir } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await mkdir(session, "notes/old");
 * assertEquals(await list(session, "notes"), [{ name: "old", type: "dir" }]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function mkdir(
  session: Session,
  path: string,
  options: CallOptions = {},
): Promise<void> {
  const args = { subcommand: "fs_mkdir", path: storePathBelowRoot(path) };
  await call(session, "rrext_store", args, options);
}
