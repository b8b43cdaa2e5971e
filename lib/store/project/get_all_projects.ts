import type { ProjectSummary } from "../../../schema/store.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { getAllDocuments } from "../_documents.ts";

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
  return await getAllDocuments(session, "project", options);
}
