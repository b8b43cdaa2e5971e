import { storeName } from "../../protocol/store_path.ts";
import type { Awaitable } from "../node.ts";
import {
  deletePipeline,
  listPipelines,
  readPipelineOf,
  savePipeline,
  type Shelf,
} from "../store/documents.ts";
import type { Files } from "../store/files.ts";
import { listLogs, readLog, saveLog } from "../store/logs.ts";
import type { Call, Reply } from "./call.ts";

/** What a subcommand works with. */
interface DocumentCall {
  readonly args: Call["args"];
  /** The files of the caller's user. */
  readonly files: Files;
  /** The files that everybody has. */
  readonly shared: Files;
}

type DocumentCommand = (call: DocumentCall) => Awaitable<Reply>;

/** The generation of 1.0: documents of some kinds, in one request. */
export const DOCUMENT_COMMANDS: ReadonlyMap<unknown, DocumentCommand> = new Map<
  unknown,
  DocumentCommand
>([
  ["save_project", (call) => save(call, projects(call), "project")],
  ["get_project", (call) => get(call, projects(call), "project")],
  ["delete_project", (call) => remove(call, projects(call), "project")],
  ["get_all_projects", (call) => getAll(projects(call), "projects")],
  ["save_template", (call) => save(call, templates(call), "template")],
  ["get_template", (call) => get(call, templates(call), "template")],
  ["delete_template", (call) => remove(call, templates(call), "template")],
  ["get_all_templates", (call) => getAll(templates(call), "templates")],
  ["save_log", keepLog],
  ["get_log", getLog],
  ["list_logs", getLogs],
]);

type Kind = "project" | "template";

function projects({ files }: DocumentCall): Shelf {
  return { files, folder: ".projects", what: "Project" };
}

function templates({ shared }: DocumentCall): Shelf {
  return { files: shared, folder: ".templates", what: "Template" };
}

async function save(
  { args }: DocumentCall,
  shelf: Shelf,
  kind: Kind,
): Promise<Reply> {
  const id = idOf(args, kind);
  const { pipeline, expectedVersion } = args;
  const version = await savePipeline(shelf, id, pipeline, expectedVersion);
  return { success: true, [`${kind}_id`]: id, version };
}

async function get(
  { args }: DocumentCall,
  shelf: Shelf,
  kind: Kind,
): Promise<Reply> {
  return { success: true, ...await readPipelineOf(shelf, idOf(args, kind)) };
}

async function remove(
  { args }: DocumentCall,
  shelf: Shelf,
  kind: Kind,
): Promise<Reply> {
  const id = idOf(args, kind);
  await deletePipeline(shelf, id, args.expectedVersion);
  return { success: true, message: `${shelf.what} '${id}' deleted` };
}

async function getAll(shelf: Shelf, member: string): Promise<Reply> {
  const summaries = await listPipelines(shelf);
  return { success: true, [member]: summaries, count: summaries.length };
}

async function keepLog({ args, files }: DocumentCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const source = storeName("source", args.source);
  const filename = await saveLog(files, projectId, source, args.contents);
  return { success: true, filename };
}

async function getLog({ args, files }: DocumentCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const source = storeName("source", args.source);
  const startTime = storeName("startTime", String(args.startTime ?? ""));
  const contents = await readLog(files, projectId, source, startTime);
  return { success: true, contents };
}

async function getLogs({ args, files }: DocumentCall): Promise<Reply> {
  const projectId = storeName("projectId", args.projectId);
  const { page = 0, source } = args;
  const number = Number.isSafeInteger(page) && page as number > 0
    ? page as number
    : 0;
  const wanted = source ? storeName("source", source) : undefined;
  return await listLogs(files, projectId, wanted, number);
}

function idOf(args: Call["args"], kind: Kind): string {
  return storeName(`${kind}Id`, args[`${kind}Id`]);
}
