import type {
  DeployArtifact,
  DeployHistoryEntry,
  Deployment,
} from "../../schema/registry.ts";
import { isRecord } from "../../schema/json.ts";
import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { checkOptions, quoted } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import { call, checkCallOptions } from "../session/call.ts";
import { type ByGeneration, byGeneration } from "../session/generation.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { given, requireText, unreadable } from "./answers.ts";
import { deployAdd, requirePipeline } from "./deployments.ts";
import {
  LIST_NAMES,
  type ListOptions,
  type PagedList,
  pagedList,
} from "./paged.ts";

/** Use the registry of 1.4, or else the five commands of before. */
export const byRegistry: ByGeneration = byGeneration("unknown-command");

/** Options of {@linkcode publishPipeline}. */
export interface PublishOptions extends CallOptions {
  /** What to say about the version. @default {nothing} */
  readonly comment?: string | undefined;
  /**
   * The team that the version is deployed for at once: its id, or `@me` for
   * oneself. Servers up to 1.3 have no teams, and always deploy.
   *
   * @default {none: it is published only}
   */
  readonly deployTo?: string | undefined;
  /** More about the version, for the server. @default {nothing} */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What came of publishing. */
export interface Published {
  /** The new version; absent on servers up to 1.3. */
  readonly artifact?: DeployArtifact;
  /** The deployment, where the version was deployed. */
  readonly deployment?: Deployment;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Publish a pipeline as the next version of its project, and deploy it, if that
 * is asked for.
 *
 * The pipeline is kept as it is given: placeholders like `${ROCKETRIDE_KEY}`
 * are filled in by the server at each start. On servers up to 1.3, which have
 * no versions, this is {@linkcode deployAdd}. Official clients call it
 * `deploy.add`.
 *
 * @param session A session from {@linkcode connect}.
 * @param pipeline The pipeline, flat or wrapped; it needs a `project_id`, and
 * for servers from 1.4 on a `name`.
 * @param options See {@linkcode PublishOptions}.
 * @returns The version, and the deployment.
 * @throws {ValidationException} It is no pipeline, or has no `project_id`.
 * Nothing was sent.
 * @throws {RocketRideException} The server refused.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { publishPipeline } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const pipeline = {
 *   name: "Reports",
 *   project_id: "reports",
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const options = { deployTo: "@me" };
 * const { deployment } = await publishPipeline(session, pipeline, options);
 * assertEquals(deployment?.projectId, "reports");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function publishPipeline(
  session: Session,
  pipeline: Pipeline | WrappedPipeline,
  options: PublishOptions = {},
): Promise<Published> {
  checkOptions(options, "publishPipeline(session, pipeline, { deployTo })", {
    comment: "string",
    deployTo: "string",
    metadata: "object",
    signal: 1,
    timeout: 1,
  });
  const { comment = "", deployTo, metadata, ...waiting } = options;
  const published = requirePipeline(pipeline);
  return await byRegistry<Published>(session, async () => {
    const args = { comment, pipeline: published, metadata, deployTo };
    return await registryCall(
      session,
      "add",
      { kind: "pipe", ...args },
      waiting,
    );
  }, async () => {
    const record = await deployAdd(session, published, waiting);
    return { deployment: deploymentOfRecord(record) };
  });
}

/** Options of {@linkcode publishApp}. */
export interface PublishAppOptions extends Omit<PublishOptions, "metadata"> {
  /** The folder of the app in the archive. @default {its root} */
  readonly appRoot?: string | undefined;
}

/**
 * Upload the source of an app as its next version. The server builds it;
 * {@linkcode listAppVersions} and events of the kind `DEPLOY` tell how far it
 * is.
 *
 * Servers from 1.4 on have apps; they take 50 MB. Official clients call it
 * `deploy.add` with the kind `app`.
 *
 * @param session A session from {@linkcode connect}.
 * @param archive The source as a zip archive.
 * @param options See {@linkcode PublishAppOptions}.
 * @returns The version.
 * @throws {TypeError} The archive is empty, or no bytes. Nothing was sent.
 * @throws {RocketRideException} The server refused, or is older
 * (`unknown-command`).
 * @throws What {@linkcode request} throws.
 */
export async function publishApp(
  session: Session,
  archive: Uint8Array,
  options: PublishAppOptions = {},
): Promise<Published> {
  checkOptions(options, "publishApp(session, archive, { appRoot })", {
    comment: "string",
    deployTo: "string",
    appRoot: "string",
    signal: 1,
    timeout: 1,
  });
  if (!(archive instanceof Uint8Array) || archive.length === 0) {
    throw new TypeError("Expected a zip archive as a Uint8Array");
  }
  const { comment = "", deployTo, appRoot, ...waiting } = options;
  const metadata = appRoot === undefined ? undefined : { appRoot };
  const args = { kind: "app", comment, metadata, deployTo };
  const what = { ...waiting, data: archive };
  return await registryCall(session, "add", args, what);
}

/** Options of {@linkcode listDeployHistory}. */
export interface DeployHistoryOptions extends ListOptions {
  /**
   * The team whose deployments are meant. What concerns the registry alone
   * always comes along.
   *
   * @default {all}
   */
  readonly teamId?: string | undefined;
}

/**
 * List the published versions of a project, newest first.
 *
 * Servers from 1.4 on have versions; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the pipelines.
 * @param options See {@linkcode ListOptions}.
 * @returns The versions, page by page.
 * @throws {TypeError} The id is blank.
 */
export function listVersions(
  session: Session,
  projectId: string,
  options: ListOptions = {},
): PagedList<DeployArtifact> {
  const usage = "listVersions(session, projectId, { search })";
  checkOptions(options, usage, LIST_NAMES);
  const project = { projectId: requireText("projectId", projectId) };
  return pagedList(
    "versions",
    options,
    (args, waiting) =>
      registryCall(session, "versions", { ...project, ...args }, waiting),
  );
}

/**
 * List what was done to the versions and deployments of a project, latest
 * first.
 *
 * Servers from 1.4 on know it; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the pipelines.
 * @param options See {@linkcode DeployHistoryOptions}.
 * @returns What was done, page by page.
 * @throws {TypeError} The id is blank.
 */
export function listDeployHistory(
  session: Session,
  projectId: string,
  options: DeployHistoryOptions = {},
): PagedList<DeployHistoryEntry> {
  checkOptions(options, "listDeployHistory(session, projectId, { teamId })", {
    ...LIST_NAMES,
    teamId: "string",
  });
  const { teamId } = options;
  const project = { projectId: requireText("projectId", projectId), teamId };
  return pagedList(
    "history",
    options,
    (args, waiting) =>
      registryCall(session, "history", { ...project, ...args }, waiting),
  );
}

/**
 * Return the pipeline of a published version.
 *
 * Servers from 1.4 on have versions; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param projectId The `project_id` of the pipelines.
 * @param version The version's number.
 * @param options See {@linkcode CallOptions}.
 * @returns The pipeline, with its placeholders.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getArtifact(
  session: Session,
  projectId: string,
  version: number,
  options: CallOptions = {},
): Promise<Pipeline> {
  const usage = "getArtifact(session, projectId, version, { timeout })";
  checkCallOptions(options, usage);
  const args = {
    projectId: requireText("projectId", projectId),
    version: requireVersion(version),
  };
  const body = await registryCall(session, "artifact", args, options);
  const pipeline = unwrapPipeline(body);
  if (pipeline) return pipeline;
  throw unreadable("a pipeline");
}

/** The number of a version, checked. */
export function requireVersion(version: unknown): number {
  if (Number.isSafeInteger(version) && Number(version) > 0) {
    return version as number;
  }
  throw new RangeError(
    `Cannot use version ${quoted(version)}: expected a whole number above 0`,
  );
}

async function registryCall(
  session: Session,
  subcommand: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions & { readonly data?: Uint8Array },
): Promise<Readonly<Record<string, unknown>>> {
  const what = { subcommand, ...given(args) };
  return await call(session, "rrext_deploy", what, options);
}

/** A record of servers up to 1.3 in the form of newer ones. */
export function deploymentOfRecord(
  record: Readonly<Record<string, unknown>>,
): Deployment {
  const { pipeline, schedule, state, created_at, updated_at } = record;
  const {
    project_id: projectId,
    name,
    source,
  }: Readonly<Record<string, unknown>> = isRecord(pipeline) ? pipeline : {};
  const cron = typeof schedule === "string" && schedule !== "manual"
    ? schedule
    : "";
  const paused = state === "paused";
  return {
    ...record,
    projectId: typeof projectId === "string" ? projectId : "",
    state: state === "errored" ? "errored" : "enabled",
    ...(typeof name === "string" && { pipelineName: name }),
    ...(typeof source === "string" && {
      schedules: { [source]: { cron, paused } },
    }),
    ...(typeof created_at === "number" && { createdAt: created_at }),
    ...(typeof updated_at === "number" && { updatedAt: updated_at }),
  };
}

/** The failure where a server has only the five commands of before. */
export function needsRegistry(): RocketRideException {
  return new RocketRideException("Server has no versions and teams", {
    code: "not-supported",
    hint: "Servers from 1.4 on have them",
  });
}
