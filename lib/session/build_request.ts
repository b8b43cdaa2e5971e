import type { RequestMessage } from "../../schema/envelope.ts";

/** Options of {@linkcode buildRequest}. */
export interface BuildRequestOptions {
  /** The task's token; placed where both server generations look for it. */
  readonly token?: string | undefined;
  /** The command's arguments. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
  /** Binary payload; becomes `arguments.data`. A string is sent as UTF-8. */
  readonly data?: Uint8Array | string | undefined;
}

/**
 * Build a request for a command that has no function of its own.
 *
 * Nothing is sent, and nothing that was passed in is changed. The sequence
 * number is assigned when the request is sent, so it may be sent repeatedly.
 *
 * @param command The command's name, for example `rrext_ping`.
 * @param options See {@linkcode BuildRequestOptions}.
 * @returns The request, for {@linkcode request}.
 * @throws {TypeError} The command is empty, or `data` is neither bytes nor text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { buildRequest } from "@rocketride/streams";
 *
 * const message = buildRequest("rrext_ping", { token: "tk_1" });
 * assertEquals(message.token, "tk_1");
 * assertEquals(message.arguments, { token: "tk_1" });
 * ```
 */
export function buildRequest(
  command: string,
  options: BuildRequestOptions = {},
): RequestMessage {
  if (typeof command !== "string" || command === "") {
    throw new TypeError("Cannot build a request without a command");
  }
  const { token, data } = options;
  const args: Record<string, unknown> = { ...options.arguments };
  // `execute` reads `arguments.token` as the name of the new task (D6).
  const named = token !== undefined && command !== "execute";
  if (token !== undefined) args.token = token;
  if (data !== undefined) args.data = bytesOf(data);
  return {
    type: "request",
    seq: 0,
    command,
    ...(named ? { token } : {}),
    arguments: args,
  };
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  throw new TypeError("Cannot send data: expected a Uint8Array or a string");
}
