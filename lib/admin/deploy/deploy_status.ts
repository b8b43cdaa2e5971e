import {
  type DeploymentRecord,
  isDeploymentRecord,
} from "../../../schema/deployment.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { requireText } from "../_require_text.ts";
import { unreadable } from "../_read_answer.ts";

/**
 * Return a deployed pipeline, its schedule and how it is. Official clients call
 * it `deploy.status`.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the deployed pipeline.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RocketRideException} The project is not deployed.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { deployAdd, deployStatus } from "@rocketride/streams/admin";
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
 * const { schedule } = await deployStatus(session, "reports");
 * assertEquals(schedule, "manual");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deployStatus(
  session: Session,
  projectId: string,
  options: CallOptions = {},
): Promise<DeploymentRecord> {
  const args = { projectId: requireText("projectId", projectId) };
  const body = await call(session, "rrext_deploy_status", args, options);
  if (isDeploymentRecord(body)) return body;
  throw unreadable("a deployment");
}
