import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Take a deployed pipeline away from the engine.
 *
 * A task that was started from it goes on. Official clients call it
 * `deploy.remove`.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the deployed pipeline.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RocketRideException} The project is not deployed.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { deployAdd, deployList, deployRemove } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const pipeline = {
 *   project_id: "reports",
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * await deployAdd(session, pipeline);
 * await deployRemove(session, "reports");
 * assertEquals(await deployList(session), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deployRemove(
  session: Session,
  projectId: string,
  options: CallOptions = {},
): Promise<void> {
  const args = { projectId: requireText("projectId", projectId) };
  await call(session, "rrext_deploy_remove", args, options);
}
