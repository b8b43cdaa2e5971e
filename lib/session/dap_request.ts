import type { ResponseMessage } from "../../schema/envelope.ts";
import { buildRequest, type BuildRequestOptions } from "./build_request.ts";
import { request } from "./request.ts";
import type { CallOptions, Session } from "./session.ts";

/** Options of {@linkcode dapRequest}. */
export interface DapRequestOptions
  extends CallOptions, Pick<BuildRequestOptions, "token" | "data"> {}

/**
 * Build a request and send it: {@linkcode buildRequest} and
 * {@linkcode request} in one.
 *
 * @param session A session from {@linkcode connect}.
 * @param command The command's name.
 * @param args The command's arguments.
 * @param options Task token, payload, signal and timeout.
 * @returns The engine's response as it came, also when it is a refusal.
 * @throws What {@linkcode request} throws.
 */
export async function dapRequest(
  session: Session,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
  options: DapRequestOptions = {},
): Promise<ResponseMessage> {
  const { token, data } = options;
  const message = buildRequest(command, { token, data, arguments: args });
  return await request(session, message, options);
}
