import { checkOptions } from "../check.ts";
import {
  isStoreEntry,
  isStoreStat,
  type StoreEntry,
  type StoreStat,
} from "../../schema/store.ts";
import { RocketRideException } from "../errors.ts";
import { storePath, storePathBelowRoot } from "../protocol/store_path.ts";
import { storeCall } from "./store_call.ts";
import { checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { unreadable } from "./file_calls.ts";

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
  checkCallOptions(options, "list(session, path, { timeout })");
  const args = { subcommand: "fs_list_dir", path: storePath(path) };
  const { entries } = await storeCall(session, args, options);
  if (Array.isArray(entries) && entries.every(isStoreEntry)) return entries;
  throw unreadable("a list of files");
}

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
  checkCallOptions(options, "stat(session, path, { timeout })");
  const args = { subcommand: "fs_stat", path: storePath(path) };
  const body = await storeCall(session, args, options);
  const { exists, ...found } = body;
  if (exists === false) return undefined;
  if (isStoreStat(found)) return found;
  throw unreadable("what a path leads to");
}

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
  checkCallOptions(options, "mkdir(session, path, { timeout })");
  const args = { subcommand: "fs_mkdir", path: storePathBelowRoot(path) };
  await storeCall(session, args, options);
}

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
  checkCallOptions(options, "rename(session, from, to, { timeout })");
  const args = {
    subcommand: "fs_rename",
    old_path: storePathBelowRoot(from),
    new_path: storePathBelowRoot(to),
  };
  await storeCall(session, args, options);
}

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
  checkOptions(options, "remove(session, path, { recursive })", {
    recursive: 1,
    signal: 1,
    timeout: 1,
  });
  const { recursive = false, ...waiting } = options;
  const found = await stat(session, place, waiting);
  if (!found) {
    throw new RocketRideException(`File not found: ${place}`, {
      code: "file-not-found",
    });
  }
  if (found.type !== "dir") {
    const args = { subcommand: "fs_delete", path: place };
    await storeCall(session, args, waiting);
  }
  // On object stores one path may be both; the file is what was meant.
  if (found.type === "dir" || found.type === "both" && recursive) {
    const args = { subcommand: "fs_rmdir", path: place, recursive };
    await storeCall(session, args, waiting);
  }
}
