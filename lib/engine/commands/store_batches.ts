import { concat } from "../../bytes.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { storePath, storePathBelowRoot } from "../../protocol/store_path.ts";
import { messageOf } from "../run/failure.ts";
import { InTurn } from "../store/handles.ts";
import { refusal } from "../store/file_store.ts";
import type { Files } from "../store/files.ts";
import { BinaryReply, type Call, type Reply } from "./call.ts";
import { numberOf } from "../text_of.ts";

const MAX_FILES = 256;
const MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_SECONDS = 3_600;
const MAX_NAME = 255;
const MAX_SECONDS = 7 * 86_400;

/** One answer after the other: each may take much memory. */
const inTurn = new WeakMap<Files, InTurn>();

/**
 * `fs_read_many`: files, one after the other, each with its length before it.
 * One that cannot be read is empty, and its entry says why.
 */
export function readMany(paths: unknown, files: Files): Promise<BinaryReply> {
  const turns = inTurn.get(files) ?? new InTurn();
  inTurn.set(files, turns);
  return turns.run(() => readNow(paths, files));
}

async function readNow(paths: unknown, files: Files): Promise<BinaryReply> {
  if (!Array.isArray(paths)) {
    throw new ValidationException("'paths' must be a list");
  }
  if (paths.length > MAX_FILES) {
    throw new ValidationException(`At most ${MAX_FILES} files at once`);
  }
  const entries: Readonly<Record<string, unknown>>[] = [];
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const path of paths) {
    let bytes = new Uint8Array();
    try {
      // One byte too many tells that the file is too large.
      const read = await files.read(storePath(path), MAX_BYTES - total + 1);
      if (!read) throw refusal("notFound", `${path}`);
      bytes = new Uint8Array(read.bytes);
      entries.push({ path, ok: true });
    } catch (error) {
      entries.push({ path, ok: false, error: messageOf(error) });
    }
    total += bytes.length;
    if (total > MAX_BYTES) {
      throw new RocketRideException(
        `Files read at once may have ${MAX_BYTES} bytes at most`,
      );
    }
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    parts.push(length, bytes);
  }
  return new BinaryReply({ entries }, concat(parts));
}

/** `fs_geturl`: an address that reads a file, for who has it, for a while. */
export async function getUrl(
  { core, caller, identity, args }: Call,
  files: Files,
): Promise<Reply> {
  const { expires_in: given = DEFAULT_SECONDS, download_name } = args;
  const path = storePathBelowRoot(args.path);
  const seconds = numberOf(given);
  if (!(seconds >= 1 && seconds <= MAX_SECONDS)) {
    throw new ValidationException(
      `'expires_in' must be 1 to ${MAX_SECONDS} seconds`,
    );
  }
  if (caller.origin === undefined) {
    throw new RocketRideException(
      "Files have no address: the engine is not served over HTTP",
      { code: "not-supported" },
    );
  }
  const found = await files.stat(path);
  if (found?.type !== "file") throw refusal("notFound", path);
  const isNamed = typeof download_name === "string" && download_name !== "";
  const token = core.links.add({
    userId: identity.userId,
    path,
    name: isNamed
      ? download_name.slice(0, MAX_NAME)
      : path.slice(path.lastIndexOf("/") + 1),
    until: Date.now() + seconds * 1_000,
  });
  return { url: `${caller.origin}/task/fetch?token=${token}` };
}
