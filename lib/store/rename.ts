import { storePathBelowRoot } from "../protocol/store_path.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Give a file or a directory of the store another path. Nothing may be there
 * yet. Servers copy and then remove, so that a rename that fails may have
 * happened in part. Official clients call it `fsRename`.
 *
 * @param session A session from {@linkcode connect}.
 * @param from The path that it has.
 * @param to The path that it gets; directories above it are made.
 * @param options See {@linkcode CallOptions}.
 * @throws {ValidationException} A path cannot be one. Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example since there is
 * something already.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readText, rename, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "draft.txt", "Hello");
 * await rename(session, "draft.txt", "sent/letter.txt");
 * assertEquals(await readText(session, "sent/letter.txt"), "Hello");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function rename(
  session: Session,
  from: string,
  to: string,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    subcommand: "fs_rename",
    old_path: storePathBelowRoot(from),
    new_path: storePathBelowRoot(to),
  };
  await call(session, "rrext_store", args, options);
}
