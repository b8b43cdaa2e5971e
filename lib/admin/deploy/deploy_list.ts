import {
  type DeploymentRecord,
  isDeploymentRecord,
} from "../../../schema/deployment.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { unreadable } from "../_read_answer.ts";

/**
 * List the deployed pipelines. Official clients call it `deploy.list`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a deployment.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { deployAdd, deployList } from "@rocketride/streams/admin";
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
 * const [record] = await deployList(session);
 * assertEquals(record?.pipeline.project_id, "reports");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deployList(
  session: Session,
  options: CallOptions = {},
): Promise<readonly DeploymentRecord[]> {
  const body = await call(session, "rrext_deploy_list", {}, options);
  // Servers leave an empty list out.
  const { deployments = [] } = body;
  if (Array.isArray(deployments) && deployments.every(isDeploymentRecord)) {
    return deployments;
  }
  throw unreadable("a list of deployments");
}
