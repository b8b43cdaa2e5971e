import {
  isServiceDefinition,
  type ServiceDefinition,
} from "../../schema/service.ts";
import { isDAPException, ProtocolException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

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
  if (!service) throw new TypeError("Service name is required");
  try {
    const body = await call(session, "rrext_services", { service }, options);
    if (isServiceDefinition(body)) return body;
  } catch (error) {
    if (isDAPException(error, "service-not-found")) return undefined;
    throw error;
  }
  throw new ProtocolException("Cannot read the answer: expected a service");
}
