import {
  isServiceCatalog,
  type ServiceDefinition,
} from "../../schema/service.ts";
import { ProtocolException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

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
  const body: unknown = await call(session, "rrext_services", {}, options);
  if (isServiceCatalog(body)) return body.services;
  throw new ProtocolException("Cannot read the answer: expected services");
}
