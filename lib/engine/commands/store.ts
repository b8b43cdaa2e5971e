import { storePath, storePathBelowRoot } from "../../protocol/store_path.ts";
import { RocketRideException } from "../../errors.ts";
import { requirePermission } from "../access/permissions.ts";
import type { Awaitable } from "../node.ts";
import type { Files } from "../store/files.ts";
import type { Handles } from "../store/handles.ts";
import type { Mode } from "../store/open_file.ts";
import { BinaryReply, type Call, type Reply } from "./call.ts";
import { DOCUMENT_COMMANDS } from "./store_documents.ts";

/** The most that one read gives, and what it gives when nobody says. */
const MAX_READ_BYTES = 4_194_304;

/** What a subcommand works with. */
interface StoreCall {
  readonly args: Call["args"];
  readonly files: Files;
  readonly handles: Handles;
}

type Subcommand = (call: StoreCall) => Awaitable<Reply>;

/** The file generation. */
const FILE_COMMANDS: ReadonlyMap<unknown, Subcommand> = new Map<
  unknown,
  Subcommand
>([
  ["fs_open", open],
  ["fs_read", read],
  ["fs_write", write],
  // `discard` is our own: other servers cannot undo, and ignore it.
  [
    "fs_close",
    ({ args, handles }) =>
      handles.close(args.handle, modeOf(args), args.discard !== true),
  ],
  [
    "fs_delete",
    ({ args, files }) => files.removeFile(storePathBelowRoot(args.path)),
  ],
  ["fs_list_dir", list],
  [
    "fs_mkdir",
    ({ args, files }) => files.makeDirectory(storePathBelowRoot(args.path)),
  ],
  ["fs_rmdir", ({ args, files }) =>
    files.removeDirectory(
      storePathBelowRoot(args.path),
      args.recursive === true,
    )],
  ["fs_stat", stat],
  ["fs_rename", ({ args, files }) =>
    files.rename(
      storePathBelowRoot(args.old_path),
      storePathBelowRoot(args.new_path),
    )],
]);

/**
 * `rrext_store`: the files of the caller's user, and what 1.0 engines have
 * instead, which is kept in the same files.
 */
export function store(
  { core, caller, identity, args }: Call,
): Awaitable<Reply> {
  requirePermission(identity, "task.store");
  const { stores, settings } = core;
  const files = stores.filesOf(identity.userId);
  const { subcommand } = args;
  const run = FILE_COMMANDS.get(subcommand);
  if (run) return run({ args, files, handles: stores.handlesOf(caller) });
  const document = DOCUMENT_COMMANDS.get(subcommand);
  // Templates are everybody's.
  const shared = stores.filesOf(settings.userId);
  if (document) return document({ args, files, shared });
  throw new RocketRideException(`Unknown subcommand: ${subcommand}`, {
    code: "unknown-command",
  });
}

async function open({ args, files, handles }: StoreCall): Promise<Reply> {
  const mode = modeOf(args);
  const path = mode === "w"
    ? storePathBelowRoot(args.path)
    : storePath(args.path);
  let size = 0;
  const handle = await handles.add(async (isWanted) => {
    const opened = await files.open(path, mode, isWanted);
    size = opened.size;
    return opened.file;
  });
  return mode === "w" ? { handle } : { handle, size };
}

/** Values that make no sense are mended without a word, as servers do. */
async function read({ args, handles }: StoreCall): Promise<Reply> {
  const offset = wholeNumber(args.offset, 0);
  const length = wholeNumber(args.length, 1) ?? MAX_READ_BYTES;
  const data = await handles.get(args.handle)
    .read(offset ?? 0, Math.min(length, MAX_READ_BYTES));
  return new BinaryReply({ size: data.length }, data);
}

async function write({ args, handles }: StoreCall): Promise<Reply> {
  const { data } = args;
  const bytes = typeof data === "string"
    ? new TextEncoder().encode(data)
    : data;
  if (!(bytes instanceof Uint8Array)) {
    throw new RocketRideException("No data specified");
  }
  await handles.get(args.handle).write(bytes);
  return { bytesWritten: bytes.length };
}

async function list({ args, files }: StoreCall): Promise<Reply> {
  const entries = await files.list(storePath(args.path ?? ""));
  return { entries, count: entries.length };
}

async function stat({ args, files }: StoreCall): Promise<Reply> {
  const found = await files.stat(storePath(args.path));
  return found ? { exists: true, ...found } : { exists: false };
}

/** Anything but `w` is reading. */
function modeOf({ mode }: Call["args"]): Mode {
  return mode === "w" ? "w" : "r";
}

function wholeNumber(value: unknown, least: number): number | undefined {
  return Number.isSafeInteger(value) && value as number >= least
    ? value as number
    : undefined;
}
