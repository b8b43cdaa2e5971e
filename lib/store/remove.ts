import { RocketRideException } from "../errors.ts";
import { storePathBelowRoot } from "../protocol/store_path.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { stat } from "./stat.ts";

/** Options of {@linkcode remove}. */
export interface RemoveOptions extends CallOptions {
  /**
   * Whether a directory goes with everything in it.
   *
   * @default {false}
   */
  readonly recursive?: boolean | undefined;
}

/**
 * Remove a file or a directory of the store. What is open is not removed.
 * Official clients call it `fsDelete` and `fsRmdir`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file or directory, from the root of the store.
 * @param options See {@linkcode RemoveOptions}; `timeout` is for each of two
 * requests: what it is is asked for first.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {RocketRideException} There is nothing, or the engine refused, for
 * example since a directory is not empty.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { list, remove, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "notes/one.txt", "Hello");
 * await remove(session, "notes", { recursive: true });
 * assertEquals(await list(session), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function remove(
  session: Session,
  path: string,
  options: RemoveOptions = {},
): Promise<void> {
  const place = storePathBelowRoot(path);
  const { recursive = false } = options;
  const found = await stat(session, place, options);
  if (!found) {
    throw new RocketRideException(`File not found: ${place}`, {
      code: "file-not-found",
    });
  }
  if (found.type !== "dir") {
    const args = { subcommand: "fs_delete", path: place };
    await call(session, "rrext_store", args, options);
  }
  // On object stores one path may be both; the file is what was meant.
  if (found.type === "dir" || found.type === "both" && recursive) {
    const args = { subcommand: "fs_rmdir", path: place, recursive };
    await call(session, "rrext_store", args, options);
  }
}
