import type { Session } from "../../session/session.ts";
import { deleteDocument } from "../_documents.ts";
import type { VersionOptions } from "../stored_pipeline.ts";

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
  await deleteDocument(session, "project", id, options);
}
