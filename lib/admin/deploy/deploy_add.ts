import {
  type DeploymentRecord,
  isDeploymentRecord,
} from "../../../schema/deployment.ts";
import type { Pipeline, WrappedPipeline } from "../../../schema/pipeline.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { given } from "../_given.ts";
import { unreadable } from "../_read_answer.ts";
import { requirePipeline } from "./_require_pipeline.ts";
import { requireSchedule } from "./_require_schedule.ts";

/** Options of {@linkcode deployAdd}. */
export interface DeployOptions extends CallOptions {
  /**
   * When the pipeline is started: `manual`, one of `@yearly`, `@annually`,
   * `@monthly`, `@weekly`, `@daily`, `@midnight` and `@hourly`, or a cron
   * expression.
   *
   * @default {"manual"}
   */
  readonly schedule?: string | undefined;
}

/**
 * Leave a pipeline with the engine, to be started on a schedule.
 *
 * The pipeline is kept as it is given: placeholders like `${ROCKETRIDE_KEY}`
 * are filled in by the engine at each start. Servers of 1.1 keep schedules but
 * do not act on them yet; the embedded engine does, in UTC. Official clients
 * call it `deploy.add`.
 *
 * @param session A session from {@linkcode connect}.
 * @param pipeline The pipeline, flat or wrapped; it needs a `project_id`.
 * @param options See {@linkcode DeployOptions}.
 * @returns The deployment.
 * @throws {ValidationException} It is no pipeline, or has no `project_id`.
 * Nothing was sent.
 * @throws {RangeError} The schedule is none. Nothing was sent.
 * @throws {RocketRideException} The project is deployed already.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { deployAdd } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const pipeline = {
 *   project_id: "reports",
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const record = await deployAdd(session, pipeline, { schedule: "@daily" });
 * assertEquals(record.state, "active");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function deployAdd(
  session: Session,
  pipeline: Pipeline | WrappedPipeline,
  options: DeployOptions = {},
): Promise<DeploymentRecord> {
  const args = given({
    pipeline: requirePipeline(pipeline),
    schedule: requireSchedule(options.schedule),
  });
  const body = await call(session, "rrext_deploy_add", args, options);
  if (isDeploymentRecord(body)) return body;
  throw unreadable("a deployment");
}
