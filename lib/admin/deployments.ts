import { checkOptions } from "../check.ts";
import {
  type DeploymentRecord,
  isDeploymentRecord,
} from "../../schema/deployment.ts";
import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { given, requireText, unreadable } from "./answers.ts";
import { ValidationException } from "../errors.ts";
import { call, checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

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
  checkOptions(options, "deployAdd(session, pipeline, { schedule })", {
    schedule: 1,
    signal: 1,
    timeout: 1,
  });
  const { schedule, ...waiting } = options;
  const args = given({
    pipeline: requirePipeline(pipeline),
    schedule: requireSchedule(schedule),
  });
  const body = await call(session, "rrext_deploy_add", args, waiting);
  if (isDeploymentRecord(body)) return body;
  throw unreadable("a deployment");
}

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
  checkCallOptions(
    options,
    "deployUpdate(session, projectId, changes, { timeout })",
  );
  checkOptions(
    changes,
    "deployUpdate(session, projectId, { pipeline, schedule })",
    { pipeline: 1, schedule: 1 },
  );
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
  checkCallOptions(options, "deployRemove(session, projectId, { timeout })");
  const args = { projectId: requireText("projectId", projectId) };
  await call(session, "rrext_deploy_remove", args, options);
}

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
  checkCallOptions(options, "deployList(session, { timeout })");
  const body = await call(session, "rrext_deploy_list", {}, options);
  // Servers leave an empty list out.
  const { deployments = [] } = body;
  if (Array.isArray(deployments) && deployments.every(isDeploymentRecord)) {
    return deployments;
  }
  throw unreadable("a list of deployments");
}

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
  checkCallOptions(options, "deployStatus(session, projectId, { timeout })");
  const args = { projectId: requireText("projectId", projectId) };
  const body = await call(session, "rrext_deploy_status", args, options);
  if (isDeploymentRecord(body)) return body;
  throw unreadable("a deployment");
}

/**
 * Check a pipeline that is to be deployed, and take it out of its wrapper.
 *
 * @param projectId The project that it is deployed under; its own when absent.
 * @throws {ValidationException} It is none, or names no project.
 */
export function requirePipeline(
  given: Pipeline | WrappedPipeline,
  projectId?: string,
): Pipeline {
  const pipeline = unwrapPipeline(given);
  if (!pipeline) {
    throw new ValidationException(
      'Cannot deploy: expected a pipeline with "components"',
    );
  }
  const project = projectId ?? pipeline.project_id;
  if (typeof project === "string" && project.trim() !== "") {
    return { ...pipeline, project_id: project };
  }
  throw new ValidationException(
    'Cannot deploy a pipeline without a "project_id": deployments are found by it',
  );
}

const WORDS =
  /^(?:manual|@(?:yearly|annually|monthly|weekly|daily|midnight|hourly))$/;

/** Five or six fields; what they may hold in detail is the engine's to say. */
const CRON = /^[\w*,\-/?#]+(?: +[\w*,\-/?#]+){4,5}$/;

/**
 * Check a schedule, if there is one.
 *
 * @throws {RangeError} It is neither a known word nor a cron expression.
 */
function requireSchedule(
  schedule: string | undefined,
): string | undefined {
  if (schedule === undefined) return undefined;
  if (WORDS.test(schedule) || CRON.test(schedule)) return schedule;
  throw new RangeError(
    `Cannot use schedule "${schedule}": expected manual, a word like @daily or a cron expression`,
  );
}
