/**
 * The files that an engine keeps for a user: read and written as streams, and
 * the projects, templates and logs among them.
 *
 * A path leads down from the root of the store, with `/` between names. It is
 * checked before anything is sent: no `..`, none of the characters
 * `* ? < > | " :`, nothing that does not print. A slash at the start and a
 * backslash in the place of a slash are harmless.
 *
 * The files are there on servers of 1.1 and on the embedded engine. Projects,
 * templates and logs are on servers of 1.0, too, which keep nothing else.
 *
 * @example Write a file, and read some of it
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { list, readText, writeFile } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 *
 * const body = new Blob(["Hello, ", "store"]).stream();
 * await body.pipeTo(await writeFile(session, "notes/hello.txt"));
 * const end = await readText(session, "notes/hello.txt", { offset: 7 });
 * assertEquals(end, "store");
 * const names = (await list(session, "notes")).map(({ name }) => name);
 * assertEquals(names, ["hello.txt"]);
 *
 * await close(session);
 * await engine.close();
 * ```
 *
 * @module
 */
export {
  list,
  mkdir,
  remove,
  type RemoveOptions,
  rename,
  stat,
} from "./directories.ts";
export { readFile, type ReadFileOptions } from "./read_file.ts";
export {
  readJson,
  type ReadJsonOptions,
  readText,
  type ReadTextOptions,
} from "./read_text.ts";
export {
  getUrl,
  type GetUrlOptions,
  readMany,
  type ReadManyOptions,
  type StoredFile,
} from "./read_many.ts";
export { writeFile, type WriteFileOptions } from "./write_file.ts";
export { writeJson, writeText } from "./write_text.ts";

export {
  deleteLog,
  getLog,
  listLogs,
  type ListLogsOptions,
  saveLog,
} from "./logs.ts";

export {
  deleteProject,
  getAllProjects,
  getProject,
  saveProject,
} from "./projects.ts";
export type { StoredPipeline, VersionOptions } from "./documents.ts";

export {
  deleteTemplate,
  getAllTemplates,
  getTemplate,
  saveTemplate,
} from "./templates.ts";

export type { CallOptions, Session, SessionEnd } from "../session/session.ts";
export type {
  AppManifestEntry,
  AppPrice,
  ConnectResult,
  OrgInfo,
  TeamInfo,
} from "../../schema/account.ts";
export type {
  DAPException,
  ErrorCode,
  ExceptionOptions,
  RocketRideException,
} from "../errors.ts";
export type { JsonObject, JsonValue } from "../../schema/json.ts";
export type {
  ControlConnection,
  InputConnection,
  Pipeline,
  PipelineComponent,
  WrappedPipeline,
} from "../../schema/pipeline.ts";
export type {
  LogContents,
  LogEntry,
  PipelineSource,
  ProjectSummary,
  StoreEntry,
  StoreEntryType,
  StoreStat,
  StoreVersion,
} from "../../schema/store.ts";
