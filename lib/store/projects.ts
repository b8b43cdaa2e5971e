import { checkCallOptions } from "../session/call.ts";
import type { Pipeline, WrappedPipeline } from "../../schema/pipeline.ts";
import type { ProjectSummary, StoreVersion } from "../../schema/store.ts";
import type { CallOptions, Session } from "../session/session.ts";
import {
  checkVersionOptions,
  deleteDocument,
  getAllDocuments,
  getDocument,
  saveDocument,
  type StoredPipeline,
  type VersionOptions,
} from "./documents.ts";

/**
 * Keep a pipeline as a project, in the place of one with the same id.
 *
 * Projects are those of the user. The pipeline is kept as it is given: placeholders like
 * `${ROCKETRIDE_KEY}` stay. Where the engine has files it is
 * `.projects/<id>.json`.
 *
 * @param session A session from {@linkcode connect}.
 * @param id What it is kept under; the name of a file.
 * @param pipeline The pipeline, flat or wrapped.
 * @param options See {@linkcode VersionOptions}.
 * @returns The version that it has now; servers of 1.1 keep none.
 * @throws {TypeError} The id is empty. Nothing was sent.
 * @throws {ValidationException} The id is no name, or the pipeline none.
 * Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example since it has
 * another version.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { getProject, saveProject } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const version = await saveProject(session, "one", { components: [] });
 * assertEquals((await getProject(session, "one")).version, version);
 * const expectedVersion = version;
 * await saveProject(session, "one", { components: [] }, { expectedVersion });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function saveProject(
  session: Session,
  id: string,
  pipeline: Pipeline | WrappedPipeline,
  options: VersionOptions = {},
): Promise<StoreVersion | undefined> {
  checkVersionOptions(
    options,
    "saveProject(session, id, pipeline, { expectedVersion })",
  );
  return await saveDocument(session, "project", id, pipeline, options);
}

/**
 * Get a project that was kept.
 *
 * @param session A session from {@linkcode connect}.
 * @param id What it is kept under.
 * @param options See {@linkcode CallOptions}.
 * @returns Its pipeline, and its version if the server sends it.
 * @throws {TypeError} The id is empty. Nothing was sent.
 * @throws {ValidationException} The id is no name. Nothing was sent.
 * @throws {RocketRideException} There is none, with the code `file-not-found`.
 * @throws {ProtocolException} What is kept there is no pipeline.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { getProject, saveProject } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await saveProject(session, "one", { components: [] });
 * const { pipeline } = await getProject(session, "one");
 * assertEquals(pipeline, { components: [] });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getProject(
  session: Session,
  id: string,
  options: CallOptions = {},
): Promise<StoredPipeline> {
  checkCallOptions(options, "getProject(session, id, { timeout })");
  return await getDocument(session, "project", id, options);
}

/**
 * List the projects that are kept, summed up. What is no pipeline is left out.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}; where the engine has files, each
 * project is read, and `timeout` is for each request.
 * @returns One summary a project.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { getAllProjects, saveProject } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const name = "Invoices";
 * await saveProject(session, "one", { name, components: [] });
 * const [one] = await getAllProjects(session);
 * assertEquals([one?.id, one?.name], ["one", "Invoices"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getAllProjects(
  session: Session,
  options: CallOptions = {},
): Promise<readonly ProjectSummary[]> {
  checkCallOptions(options, "getAllProjects(session, { timeout })");
  return await getAllDocuments(session, "project", options);
}

/**
 * Forget a project.
 *
 * @param session A session from {@linkcode connect}.
 * @param id What it is kept under.
 * @param options See {@linkcode VersionOptions}.
 * @throws {TypeError} The id is empty. Nothing was sent.
 * @throws {ValidationException} The id is no name. Nothing was sent.
 * @throws {RocketRideException} There is none, with the code `file-not-found`,
 * or the engine has another version.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { deleteProject, getAllProjects, saveProject } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await saveProject(session, "one", { components: [] });
 * await deleteProject(session, "one");
 * assertEquals(await getAllProjects(session), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deleteProject(
  session: Session,
  id: string,
  options: VersionOptions = {},
): Promise<void> {
  checkVersionOptions(
    options,
    "deleteProject(session, id, { expectedVersion })",
  );
  await deleteDocument(session, "project", id, options);
}
