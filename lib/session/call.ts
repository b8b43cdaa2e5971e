import { encodeUtf8 } from "../bytes.ts";
import { checkOptions, kindOf } from "../check.ts";
import {
  didFail,
  type RequestMessage,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import {
  type DAPException,
  type ExceptionOptions,
  RocketRideException,
} from "../errors.ts";
import {
  failureKind,
  type FailureRow,
  failureText,
} from "../protocol/failure.ts";
import { coreOf } from "./core.ts";
import type { CallOptions, Session, TaskRef } from "./session.ts";

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
  checkOptions(options, "buildRequest(command, { arguments })", {
    token: "string",
    arguments: "object",
    data: 1,
  });
  return requestOf(command, options);
}

/** A request; its options are not checked. */
export function requestOf(
  command: string,
  { token, data, ...options }: BuildRequestOptions,
): RequestMessage {
  if (typeof command !== "string" || command === "") {
    throw new TypeError("Cannot build a request without a command");
  }
  const bytes = typeof data === "string" ? encodeUtf8(data) : data;
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) {
    throw new TypeError("Cannot send data: expected a Uint8Array or a string");
  }
  const hasToken = token !== undefined;
  return {
    type: "request",
    seq: 0,
    command,
    // `execute` reads `arguments.token` as the name of the new task.
    ...(hasToken && command !== "execute" && { token }),
    arguments: {
      ...options.arguments,
      ...(hasToken && { token }),
      ...(bytes && { data: bytes }),
    },
  };
}

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
 * @throws {ConnectionException} The session is not connected, or the
 * connection was lost before the answer; `sent` is `true` if the request had
 * left.
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
  checkCallOptions(options, "request(session, message, { timeout })");
  if (typeof message?.command !== "string") {
    throw new TypeError(
      `Expected a request made by buildRequest(), not ${kindOf(message)}`,
    );
  }
  return await coreOf(session).request(message, options);
}

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
  checkOptions(options, "dapRequest(session, command, args, { token })", {
    token: 1,
    data: 1,
    signal: 1,
    timeout: 1,
  });
  const { token, data, ...waiting } = options;
  const message = buildRequest(command, { token, data, arguments: args });
  return await request(session, message, waiting);
}

/** Makes the exception of a refused call. */
export type ExceptionClass = new (
  message: string,
  options: ExceptionOptions,
) => DAPException;

/** Options of {@linkcode call}. */
export interface CommandOptions extends CallOptions {
  /** The task that the command is about. */
  readonly task?: TaskRef | undefined;
  /** Binary payload. */
  readonly data?: Uint8Array | string | undefined;
  /**
   * The exception that a refusal becomes.
   *
   * @default {RocketRideException}
   */
  readonly exception?: ExceptionClass | undefined;
}

/**
 * Call a command and return the body of its answer.
 *
 * The way to commands that have no function here; the typed functions are
 * built on it.
 *
 * @param session A session from {@linkcode connect}.
 * @param command The command's name, for example `rrext_dashboard`.
 * @param args The command's arguments.
 * @param options See {@linkcode CommandOptions}.
 * @returns The body; an empty object when the engine sent none.
 * @throws {RocketRideException} The engine refused; `dapResult` is its answer.
 * @throws What {@linkcode request} throws.
 */
export async function call(
  session: Session,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
  options: CommandOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  checkOptions(options, "call(session, command, args, { task })", {
    task: 1,
    data: 1,
    exception: 1,
    signal: 1,
    timeout: 1,
  });
  const { task, data } = options;
  const token = task === undefined ? task : tokenOf(task);
  const message = buildRequest(command, { token, data, arguments: args });
  return await bodyOf(session, message, options);
}

/** Send a request and return the body of its answer; checks nothing. */
export async function bodyOf(
  session: Session,
  message: RequestMessage,
  { exception = RocketRideException, signal, timeout }: CommandOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const waiting = { signal, timeout };
  const response = await coreOf(session).request(message, waiting);
  if (didFail(response)) throw refusal(response, exception);
  return response.body ?? {};
}

/**
 * The exception for a refused request: the engine's text, our code and hint.
 * Where the failure is not known, the class has a code of its own.
 */
export function refusal<Options extends ExceptionOptions>(
  response: ResponseMessage,
  Exception: new (message: string, options: Options) => DAPException,
  more?: Omit<Options, keyof ExceptionOptions>,
  rows?: readonly FailureRow[],
): DAPException {
  const message = failureText(response);
  const { code, ...known } = failureKind(response, rows);
  return new Exception(message, {
    ...known,
    ...(code === "request-failed" ? undefined : { code }),
    ...more,
    dapResult: response,
  } as Options);
}

/** Throws unless these are options of a function that only waits. */
export function checkCallOptions(options: CallOptions, usage: string): void {
  checkOptions(options, usage, { signal: 1, timeout: 1 });
}

/** The token of a task. */
export function tokenOf(task: TaskRef): string {
  const token = typeof task === "string" ? task : task?.token;
  if (typeof token === "string" && token !== "") return token;
  throw new TypeError(
    `Expected a task or its token, not ${kindOf(task)}`,
  );
}
