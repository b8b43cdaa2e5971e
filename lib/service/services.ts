import { checkOptions } from "../check.ts";
import {
  isServiceCatalog,
  isServiceDefinition,
  type ServiceDefinition,
} from "../../schema/service.ts";
import { isDAPException, ProtocolException } from "../errors.ts";
import { call, checkCallOptions } from "../session/call.ts";
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
  const body: unknown = await call(session, "rrext_services", {}, options);
  if (isServiceCatalog(body)) return body.services;
  throw new ProtocolException("Cannot read the answer: expected services");
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
  throw new ProtocolException("Cannot read the answer: expected a service");
}

/** Options of {@linkcode ping}. */
export interface PingOptions extends CallOptions {
  /** Sent along; engines ignore it. */
  readonly task?: TaskRef | undefined;
}

/**
 * Ask the engine for a sign of life.
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
  const { clock } = coreOf(session).settings;
  const startedAt = clock.now();
  await call(session, "rrext_ping", {}, options);
  return clock.now() - startedAt;
}
