import { checkOptions } from "../check.ts";
import {
  isServiceCatalog,
  isServiceDefinition,
  type ResolvedConfig,
  type ServiceCatalog,
  type ServiceDefinition,
} from "../../schema/service.ts";
import { isRecord } from "../../schema/json.ts";
import { isDAPException, unexpectedAnswer } from "../errors.ts";
import {
  bodyOf,
  call,
  checkCallOptions,
  requestOf,
  tokenOf,
} from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/**
 * Return what the engine can do: every node that pipelines may use.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns Definitions by provider name; `Object.keys` are the names.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getServices(
  session: Session,
  options: CallOptions = {},
): Promise<Readonly<Record<string, ServiceDefinition>>> {
  checkCallOptions(options, "getServices(session, { timeout })");
  return (await catalogOf(session, options)).services;
}

async function catalogOf(
  session: Session,
  options: CallOptions,
): Promise<ServiceCatalog> {
  const body: unknown = await call(session, "rrext_services", {}, options);
  if (isServiceCatalog(body)) return body;
  throw unexpectedAnswer("services");
}

/**
 * Return the definition of one node.
 *
 * @param session A session from {@linkcode connect}.
 * @param service The provider's name, for example `webhook`.
 * @param options See {@linkcode CallOptions}.
 * @returns Its definition, or `undefined` when the engine has no such node.
 * @throws {TypeError} The name is empty: a service name is required.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getService(
  session: Session,
  service: string,
  options: CallOptions = {},
): Promise<ServiceDefinition | undefined> {
  checkCallOptions(options, "getService(session, service, { timeout })");
  if (typeof service !== "string" || service === "") {
    throw new TypeError("Service name is required");
  }
  try {
    const body = await call(session, "rrext_services", { service }, options);
    if (isServiceDefinition(body)) return body;
  } catch (error) {
    if (isDAPException(error, "service-not-found")) return undefined;
    throw error;
  }
  throw unexpectedAnswer("a service");
}

/**
 * Return what {@linkcode getServices} returns, with the pictures of services.
 *
 * Servers from 1.4 on list services without the sections that describe their
 * settings, for which there is {@linkcode getService}, and send pictures
 * along: `icons[services.webhook.icon]`. Older ones send no pictures.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns Services and pictures by name. The pictures are SVG of unknown
 * origin: sanitise them before a page shows them.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { close, connect, getCatalog } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const { services, icons } = await getCatalog(session);
 * assert(services.webhook && icons);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getCatalog(
  session: Session,
  options: CallOptions = {},
): Promise<ServiceCatalog & Required<Pick<ServiceCatalog, "icons">>> {
  checkCallOptions(options, "getCatalog(session, { timeout })");
  const body = await catalogOf(session, options);
  return { ...body, icons: isRecord(body.icons) ? body.icons : {} };
}

/** Options of {@linkcode resolveConfig}. */
export interface ResolveConfigOptions extends CallOptions {
  /**
   * The settings, as a pipeline has them for a component.
   *
   * @default {none}
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Ask what a component's settings become with the defaults of their profile.
 *
 * Servers from 1.4 on can say; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param provider The component's provider, for example `llm_openai`.
 * @param options See {@linkcode ResolveConfigOptions}.
 * @returns The settings in full, and which of the given ones are ignored.
 * @throws {TypeError} The provider is empty. Nothing was sent.
 * @throws {RocketRideException} The engine has no such service
 * (`service-not-found`), or is older.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function resolveConfig(
  session: Session,
  provider: string,
  options: ResolveConfigOptions = {},
): Promise<ResolvedConfig> {
  checkOptions(options, "resolveConfig(session, provider, { config })", {
    config: "object",
    signal: 1,
    timeout: 1,
  });
  if (typeof provider !== "string" || provider === "") {
    throw new TypeError("Provider is required");
  }
  const { config = {}, ...waiting } = options;
  const args = { provider, config };
  const body = await call(session, "rrext_resolve_config", args, waiting);
  if (!isRecord(body.resolved)) {
    throw unexpectedAnswer("settings");
  }
  const { dropped } = body;
  return {
    provider,
    ...body,
    resolved: body.resolved,
    dropped: Array.isArray(dropped) ? dropped : [],
  };
}

/** Options of {@linkcode ping}. */
export interface PingOptions extends CallOptions {
  /** Sent along; engines ignore it. */
  readonly task?: TaskRef | undefined;
}

/**
 * Measure the round trip to the engine.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode PingOptions}.
 * @returns Milliseconds of the round trip.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 */
export async function ping(
  session: Session,
  options: PingOptions = {},
): Promise<number> {
  checkOptions(options, "ping(session, { timeout })", {
    task: 1,
    signal: 1,
    timeout: 1,
  });
  const { task } = options;
  const token = task === undefined ? task : tokenOf(task);
  const { clock } = coreOf(session).settings;
  const startedAt = clock.now();
  await bodyOf(session, requestOf("rrext_ping", { token }), options);
  return clock.now() - startedAt;
}
