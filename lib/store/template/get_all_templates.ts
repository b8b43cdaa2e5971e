import type { ProjectSummary } from "../../../schema/store.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { getAllDocuments } from "../_documents.ts";

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
  return await getAllDocuments(session, "template", options);
}
