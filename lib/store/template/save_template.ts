import type { Pipeline, WrappedPipeline } from "../../../schema/pipeline.ts";
import type { StoreVersion } from "../../../schema/store.ts";
import type { Session } from "../../session/session.ts";
import { saveDocument } from "../_documents.ts";
import type { VersionOptions } from "../stored_pipeline.ts";

/**
 * Keep a pipeline as a template, in the place of one with the same id.
 *
 * On servers of 1.0 templates are everybody's. The pipeline is kept as it is given: placeholders like
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
  return await saveDocument(session, "template", id, pipeline, options);
}
