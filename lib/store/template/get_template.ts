import type { CallOptions, Session } from "../../session/session.ts";
import { getDocument } from "../_documents.ts";
import type { StoredPipeline } from "../stored_pipeline.ts";

/**
 * Get a template that was kept.
 *
 * @param session A session from {@linkcode connect}.
 * @param id What it is kept under.
 * @param options See {@linkcode CallOptions}.
 * @returns Its pipeline, and the version where the engine tells.
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
  return await getDocument(session, "template", id, options);
}
