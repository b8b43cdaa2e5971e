import type { Pipeline, WrappedPipeline } from "../../../schema/pipeline.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { given } from "../_given.ts";
import { requireText } from "../_require_text.ts";
import { requirePipeline } from "./_require_pipeline.ts";
import { requireSchedule } from "./_require_schedule.ts";

/** What can be changed about a deployment; see {@linkcode deployUpdate}. */
export interface DeploymentUpdate {
  /** Another pipeline. @default {the one that is there} */
  readonly pipeline?: Pipeline | WrappedPipeline | undefined;
  /** Another schedule. @default {the one that is there} */
  readonly schedule?: string | undefined;
}

/**
 * Change a deployed pipeline, its schedule, or both.
 *
 * The project stays what it is: a `project_id` in the new pipeline does not
 * count. Official clients call it `deploy.update`.
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the deployed pipeline.
 * @param changes What is to change.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank, or nothing is to change. Nothing was
 * sent.
 * @throws {ValidationException} It is no pipeline. Nothing was sent.
 * @throws {RangeError} The schedule is none. Nothing was sent.
 * @throws {RocketRideException} The project is not deployed.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { deployAdd, deployStatus, deployUpdate } from "@rocketride/streams/admin";
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
 * await deployUpdate(session, "reports", { schedule: "0 6 * * mon-fri" });
 * const { schedule } = await deployStatus(session, "reports");
 * assertEquals(schedule, "0 6 * * mon-fri");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deployUpdate(
  session: Session,
  projectId: string,
  changes: DeploymentUpdate,
  options: CallOptions = {},
): Promise<void> {
  const { pipeline, schedule } = changes;
  const args = given({
    projectId: requireText("projectId", projectId),
    pipeline: pipeline === undefined
      ? undefined
      : requirePipeline(pipeline, projectId),
    schedule: requireSchedule(schedule),
  });
  if (Object.keys(args).length === 1) {
    throw new TypeError("Expected something to change");
  }
  await call(session, "rrext_deploy_update", args, options);
}
