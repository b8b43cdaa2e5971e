import type { RequestMessage, ResponseMessage } from "../../schema/envelope.ts";
import { coreOf } from "./core.ts";
import type { CallOptions, Session } from "./session.ts";

/**
 * Send a built request and return the response, also when it is a refusal.
 *
 * Ask {@linkcode didFail} before you trust the body. Binary payload in
 * `arguments.data` travels behind the header.
 *
 * @param session A session from {@linkcode connect}.
 * @param message A request from {@linkcode buildRequest}; its `seq` is replaced.
 * @param options See {@linkcode CallOptions}.
 * @returns The engine's response as it came.
 * @throws {ConnectionException} The session is not connected, or the line
 * dropped before the answer; `sent` tells whether the request had left.
 * @throws {TimeoutException} No answer came in time.
 * @throws The signal's reason, if aborted.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { buildRequest, close, connect, didFail, request } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const response = await request(session, buildRequest("rrext_ping"));
 * assert(!didFail(response));
 * await close(session);
 * await engine.close();
 * ```
 */
export async function request(
  session: Session,
  message: RequestMessage,
  options: CallOptions = {},
): Promise<ResponseMessage> {
  return await coreOf(session).request(message, options);
}
