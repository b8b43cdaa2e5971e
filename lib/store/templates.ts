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
 * Keep a pipeline as a template, in the place of one with the same id.
 *
 * Servers of 1.0 share templates between all users. The pipeline is kept as it is given: placeholders like
 * `${ROCKETRIDE_KEY}` stay. Where the engine has files it is
 * `.templates/<id>.json`.
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
 * import { getTemplate, saveTemplate } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const version = await saveTemplate(session, "one", { components: [] });
 * assertEquals((await getTemplate(session, "one")).version, version);
 * const expectedVersion = version;
 * await saveTemplate(session, "one", { components: [] }, { expectedVersion });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function saveTemplate(
  session: Session,
  id: string,
  pipeline: Pipeline | WrappedPipeline,
  options: VersionOptions = {},
): Promise<StoreVersion | undefined> {
  checkVersionOptions(
    options,
    "saveTemplate(session, id, pipeline, { expectedVersion })",
  );
  return await saveDocument(session, "template", id, pipeline, options);
}

/**
 * Get a template that was kept.
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
 * import { getTemplate, saveTemplate } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await saveTemplate(session, "one", { components: [] });
 * const { pipeline } = await getTemplate(session, "one");
 * assertEquals(pipeline, { components: [] });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getTemplate(
  session: Session,
  id: string,
  options: CallOptions = {},
): Promise<StoredPipeline> {
  checkCallOptions(options, "getTemplate(session, id, { timeout })");
  return await getDocument(session, "template", id, options);
}

/**
 * List the templates that are kept, summed up. What is no pipeline is left out.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}; where the engine has files, each
 * template is read, and `timeout` is for each request.
 * @returns One summary a template.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { getAllTemplates, saveTemplate } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const name = "Invoices";
 * await saveTemplate(session, "one", { name, components: [] });
 * const [one] = await getAllTemplates(session);
 * assertEquals([one?.id, one?.name], ["one", "Invoices"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getAllTemplates(
  session: Session,
  options: CallOptions = {},
): Promise<readonly ProjectSummary[]> {
  checkCallOptions(options, "getAllTemplates(session, { timeout })");
  return await getAllDocuments(session, "template", options);
}

/**
 * Forget a template.
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
 * import { deleteTemplate, getAllTemplates, saveTemplate } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await saveTemplate(session, "one", { components: [] });
 * await deleteTemplate(session, "one");
 * assertEquals(await getAllTemplates(session), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deleteTemplate(
  session: Session,
  id: string,
  options: VersionOptions = {},
): Promise<void> {
  checkVersionOptions(
    options,
    "deleteTemplate(session, id, { expectedVersion })",
  );
  await deleteDocument(session, "template", id, options);
}
