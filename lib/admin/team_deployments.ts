import type { Deployment } from "../../schema/registry.ts";
import { checkOptions, type OptionNames } from "../check.ts";
import { conceal } from "../protocol/secrets.ts";
import { call, checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { given, requireText, unreadable } from "./answers.ts";
import { deployList, deployRemove, deployStatus } from "./deployments.ts";
import {
  LIST_NAMES,
  type ListOptions,
  type PagedList,
  pagedList,
  wholeList,
} from "./paged.ts";
import {
  byRegistry,
  deploymentOfRecord,
  needsRegistry,
  requireVersion,
} from "./registry.ts";

/** A deployment: of a project, for a team. */
export interface DeploymentAddress {
  /** The `project_id` of the pipeline. */
  readonly projectId: string;
  /**
   * The team's id, or `@me` for oneself. Servers up to 1.3 have no teams.
   *
   * @default {"@me"}
   */
  readonly teamId?: string | undefined;
}

/** A source of a deployment. */
export interface SourceAddress extends DeploymentAddress {
  /** The id of the source component. */
  readonly sourceId: string;
}

const DEPLOYMENT_NAMES: OptionNames<DeploymentAddress> = {
  projectId: "string",
  teamId: "string",
};
const SOURCE_NAMES: OptionNames<SourceAddress> = {
  ...DEPLOYMENT_NAMES,
  sourceId: "string",
};

/** Arguments of a request. */
export type Args = Readonly<Record<string, unknown>>;

/** What a deployment, or a source of one, is named by in a request. */
export function argsOf(
  name: string,
  address: DeploymentAddress | SourceAddress,
  isSource: boolean,
): Args {
  const ids = isSource ? "{ projectId, sourceId }" : "{ projectId }";
  const usage = `${name}(session, ${ids})`;
  if (isSource) checkOptions(address as SourceAddress, usage, SOURCE_NAMES);
  else checkOptions(address, usage, DEPLOYMENT_NAMES);
  const { projectId, teamId = "@me", sourceId } = address as SourceAddress;
  return {
    projectId: requireText("projectId", projectId),
    ...(isSource && { sourceId: requireText("sourceId", sourceId) }),
    teamId: requireText("teamId", teamId),
  };
}

/** Call a command of deployments. */
export async function deploymentCall(
  session: Session,
  subcommand: string,
  args: Args,
  options: CallOptions,
): Promise<Args> {
  const what = { subcommand, ...given(args) };
  return await call(session, "rrext_deploy_pipe", what, options);
}

/** Do something to a deployment, and return what it is now. */
export async function change(
  session: Session,
  subcommand: string,
  args: Args,
  { signal, timeout }: CallOptions,
  older?: () => Promise<unknown>,
): Promise<Deployment> {
  const waiting = { signal, timeout };
  return await byRegistry<Deployment>(session, async () => {
    const body = await deploymentCall(session, subcommand, args, waiting);
    if (typeof body.projectId === "string") return body as Deployment;
    throw unreadable("a deployment");
  }, async () => {
    if (!older) throw needsRegistry();
    return deploymentOfRecord({ ...Object(await older()) });
  });
}

/**
 * Deploy a version of a project for a team. A version below the present one is
 * a way back. What was removed or failed is there again.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project and team; see {@linkcode DeploymentAddress}.
 * @param version The version's number.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws What {@linkcode request} throws.
 */
export async function deployVersion(
  session: Session,
  address: DeploymentAddress,
  version: number,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "deployVersion(session, address, version)");
  const args = argsOf("deployVersion", address, false);
  const what = { ...args, version: requireVersion(version) };
  return await change(session, "deploy", what, options);
}

/** Options of {@linkcode listDeployments}. */
export interface ListDeploymentsOptions extends ListOptions {
  /** The team whose deployments are meant. @default {all that may be seen} */
  readonly teamId?: string | undefined;
}

/**
 * List deployments, latest changed first.
 *
 * Servers up to 1.3 return all of them at once, whatever is searched for.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode ListDeploymentsOptions}.
 * @returns The deployments, page by page.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { listDeployments, publishPipeline } from "@rocketride/streams/admin";
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
 * await publishPipeline(session, pipeline, { deployTo: "@me" });
 * const projects: string[] = [];
 * for await (const { projectId } of listDeployments(session)) {
 *   projects.push(projectId);
 * }
 * assertEquals(projects, ["reports"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function listDeployments(
  session: Session,
  options: ListDeploymentsOptions = {},
): PagedList<Deployment> {
  checkOptions(options, "listDeployments(session, { teamId })", {
    ...LIST_NAMES,
    teamId: "string",
  });
  const { teamId } = options;
  return pagedList("deployments", options, (args, waiting) =>
    byRegistry<Args>(
      session,
      () => deploymentCall(session, "list", { teamId, ...args }, waiting),
      async () => {
        const records = await deployList(session, waiting);
        return wholeList(records.map(deploymentOfRecord), args);
      },
    ));
}

/**
 * Return a deployment.
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project and team; see {@linkcode DeploymentAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RocketRideException} There is none.
 * @throws What {@linkcode request} throws.
 */
export async function getDeployment(
  session: Session,
  address: DeploymentAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "getDeployment(session, address, { timeout })");
  const args = argsOf("getDeployment", address, false);
  const older = (): Promise<unknown> =>
    deployStatus(session, address.projectId, options);
  return await change(session, "get", args, options, older);
}

/**
 * Let a deployment run again that was disabled.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project and team; see {@linkcode DeploymentAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function enableDeployment(
  session: Session,
  address: DeploymentAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "enableDeployment(session, address, { timeout })");
  const args = argsOf("enableDeployment", address, false);
  return await change(session, "enable", args, options);
}

/**
 * Keep a deployment from running, without removing it.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project and team; see {@linkcode DeploymentAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function disableDeployment(
  session: Session,
  address: DeploymentAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "disableDeployment(session, address, { timeout })");
  const args = argsOf("disableDeployment", address, false);
  return await change(session, "disable", args, options);
}

/**
 * Remove a deployment. The versions stay, so that one can be deployed again.
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project and team; see {@linkcode DeploymentAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment, which is removed.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function removeDeployment(
  session: Session,
  address: DeploymentAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "removeDeployment(session, address, { timeout })");
  const args = argsOf("removeDeployment", address, false);
  const { projectId } = address;
  const removed = await change(session, "remove", args, options, async () => {
    await deployRemove(session, projectId, options);
    return { pipeline: { project_id: projectId } };
  });
  return { ...removed, state: "removed" };
}

/**
 * Start a source of a deployment now, as its team.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project, source and team; see {@linkcode SourceAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The token of the task, and the version that runs.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RocketRideException} It runs already, or is disabled.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function runDeployment(
  session: Session,
  address: SourceAddress,
  options: CallOptions = {},
): Promise<{
  /** The task's token. Read by name only, since it is a credential. */
  readonly token: string;
  /** The version that runs. */
  readonly version?: number;
}> {
  checkCallOptions(options, "runDeployment(session, address, { timeout })");
  const args = argsOf("runDeployment", address, true);
  return await byRegistry(session, async () => {
    const body = await deploymentCall(session, "run", args, options);
    const { token, version } = body;
    if (typeof token !== "string" || token === "") throw unreadable("a token");
    const known = typeof version === "number" ? { version } : {};
    return conceal({ token, ...known }, ["token"]);
  }, () => Promise.reject(needsRegistry()));
}
