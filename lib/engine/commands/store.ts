import { RocketRideException } from "../../errors.ts";
import {
  storeName,
  storePath,
  storePathBelowRoot,
} from "../../protocol/store_path.ts";
import type { Awaitable } from "../node.ts";
import {
  deletePipeline,
  listPipelines,
  readPipelineOf,
  savePipeline,
  type Shelf,
} from "../store/documents.ts";
import type { Files } from "../store/files.ts";
import { listLogs, readLog, saveLog } from "../store/documents.ts";
import type { Handles, Mode } from "../store/handles.ts";
import {
  BinaryReply,
  type Call,
  type Reply,
  unknownSubcommand,
} from "./call.ts";
import { textOf } from "../text_of.ts";

/** The most that one read returns, and what it returns by default. */
const MAX_READ_BYTES = 4_194_304;

/** What a subcommand works with. */
interface StoreCall {
  readonly call: Call;
  readonly args: Call["args"];
  /** The files of the caller's user. */
  readonly files: Files;
  /** The files that all users share. */
  readonly shared: () => Files;
  /** The files that the connection has open. */
  readonly handles: Handles;
}

/** The subcommands: files, and the documents of 1.0 that are kept in files. */
const SUBCOMMANDS: Readonly<
  Record<string, (call: StoreCall) => Awaitable<Reply>>
> = {
  fs_open: open,
  fs_read: read,
  fs_write: write,
  // `discard` is our own: other servers cannot undo, and ignore it.
  fs_close: ({ args, handles }) =>
    handles.close(args.handle, modeOf(args), args.discard !== true),
  fs_delete: ({ args, files }) =>
    files.removeFile(storePathBelowRoot(args.path)),
  fs_list_dir: list,
  fs_mkdir: ({ args, files }) =>
    files.makeDirectory(storePathBelowRoot(args.path)),
  fs_rmdir: ({ args, files }) =>
    files.removeDirectory(
      storePathBelowRoot(args.path),
      args.recursive === true,
    ),
  fs_stat: stat,
  fs_geturl: async ({ call, files }) => (await batches()).getUrl(call, files),
  fs_read_many: async ({ args, files }) =>
    (await batches()).readMany(args.paths, files),
  fs_rename: ({ args, files }) =>
    files.rename(
      storePathBelowRoot(args.old_path),
      storePathBelowRoot(args.new_path),
    ),
  save_project: (call) => save(call, projects(call)),
  get_project: (call) => get(call, projects(call)),
  delete_project: (call) => remove(call, projects(call)),
  get_all_projects: (call) => getAll(projects(call)),
  save_template: (call) => save(call, templates(call)),
  get_template: (call) => get(call, templates(call)),
  delete_template: (call) => remove(call, templates(call)),
  get_all_templates: (call) => getAll(templates(call)),
  save_log: keepLog,
  get_log: getLog,
  list_logs: getLogs,
};

function batches(): Promise<typeof import("./store_batches.ts")> {
  return import("./store_batches.ts");
}

/** `rrext_store`: the files of the caller's user. */
export function store(
  call: Call,
): Awaitable<Reply> {
  const { core, caller, identity, args } = call;
  const { stores, settings } = core;
  const { subcommand } = args;
  const isKnown = typeof subcommand === "string" &&
    Object.hasOwn(SUBCOMMANDS, subcommand);
  if (!isKnown) return unknownSubcommand(subcommand);
  return SUBCOMMANDS[subcommand]!({
    call,
    args,
    files: stores.filesOf(identity.userId),
    shared: () => stores.filesOf(settings.userId),
    handles: stores.handlesOf(caller),
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

/** Numbers that make no sense have their defaults, as on servers. */
async function read({ args, handles }: StoreCall): Promise<Reply> {
  const offset = wholeNumber(args.offset, 0) ?? 0;
  const length = wholeNumber(args.length, 1) ?? MAX_READ_BYTES;
  const data = await handles.get(args.handle)
    .read(offset, Math.min(length, MAX_READ_BYTES));
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

/** Documents of a kind, and how members of requests and replies name it. */
interface Kind extends Shelf {
  readonly kind: "project" | "template";
}

function projects({ files }: StoreCall): Kind {
  return { files, folder: ".projects", what: "Project", kind: "project" };
}

function templates({ shared }: StoreCall): Kind {
  const files = shared();
  return { files, folder: ".templates", what: "Template", kind: "template" };
}

function idOf(args: Call["args"], { kind }: Kind): string {
  return storeName(`${kind}Id`, args[`${kind}Id`]);
}

async function save({ args }: StoreCall, shelf: Kind): Promise<Reply> {
  const id = idOf(args, shelf);
  const { pipeline, expectedVersion } = args;
  const version = await savePipeline(shelf, id, pipeline, expectedVersion);
  return { success: true, [`${shelf.kind}_id`]: id, version };
}

async function get({ args }: StoreCall, shelf: Kind): Promise<Reply> {
  return { success: true, ...await readPipelineOf(shelf, idOf(args, shelf)) };
}

async function remove({ args }: StoreCall, shelf: Kind): Promise<Reply> {
  const id = idOf(args, shelf);
  await deletePipeline(shelf, id, args.expectedVersion);
  return { success: true, message: `${shelf.what} '${id}' deleted` };
}

async function getAll(shelf: Kind): Promise<Reply> {
  const found = await listPipelines(shelf);
  return { success: true, [`${shelf.kind}s`]: found, count: found.length };
}

async function keepLog({ args, files }: StoreCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const source = storeName("source", args.source);
  const filename = await saveLog(files, projectId, source, args.contents);
  return { success: true, filename };
}

async function getLog({ args, files }: StoreCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const source = storeName("source", args.source);
  const startTime = storeName("startTime", textOf(args.startTime ?? ""));
  const contents = await readLog(files, projectId, source, startTime);
  return { success: true, contents };
}

async function getLogs({ args, files }: StoreCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const source = args.source ? storeName("source", args.source) : undefined;
  const page = wholeNumber(args.page, 0) ?? 0;
  return await listLogs(files, projectId, source, page);
}
