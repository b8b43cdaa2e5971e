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
export { list } from "./list.ts";
export { mkdir } from "./mkdir.ts";
export { readFile, type ReadFileOptions } from "./read_file.ts";
export { readJson, type ReadJsonOptions } from "./read_json.ts";
export { readText, type ReadTextOptions } from "./read_text.ts";
export { remove, type RemoveOptions } from "./remove.ts";
export { rename } from "./rename.ts";
export { stat } from "./stat.ts";
export { writeFile, type WriteFileOptions } from "./write_file.ts";
export { writeJson } from "./write_json.ts";
export { writeText } from "./write_text.ts";

export { deleteLog } from "./log/delete_log.ts";
export { getLog } from "./log/get_log.ts";
export { listLogs, type ListLogsOptions } from "./log/list_logs.ts";
export { saveLog } from "./log/save_log.ts";

export { deleteProject } from "./project/delete_project.ts";
export { getAllProjects } from "./project/get_all_projects.ts";
export { getProject } from "./project/get_project.ts";
export { saveProject } from "./project/save_project.ts";
export type { StoredPipeline, VersionOptions } from "./stored_pipeline.ts";

export { deleteTemplate } from "./template/delete_template.ts";
export { getAllTemplates } from "./template/get_all_templates.ts";
export { getTemplate } from "./template/get_template.ts";
export { saveTemplate } from "./template/save_template.ts";

export type { CallOptions, Session, SessionEnd } from "../session/session.ts";
export type {
  AppManifestEntry,
  AppPrice,
  ConnectResult,
  OrgInfo,
  TeamInfo,
} from "../../schema/account.ts";
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
