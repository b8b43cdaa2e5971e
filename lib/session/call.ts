import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import {
  type DAPException,
  type ExceptionOptions,
  RocketRideException,
} from "../errors.ts";
import { failureKind, failureText } from "../protocol/failure.ts";
import { buildRequest } from "./build_request.ts";
import { coreOf } from "./core.ts";
import type { CallOptions, Session, TaskRef } from "./session.ts";

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
  const { task, data, exception } = options;
  const token = task === undefined ? undefined : tokenOf(task);
  const message = buildRequest(command, { token, data, arguments: args });
  const response = await coreOf(session).request(message, options);
  if (didFail(response)) {
    throw refusal(response, exception ?? RocketRideException);
  }
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
): DAPException {
  const message = failureText(response);
  const { code, ...known } = failureKind(response);
  return new Exception(message, {
    ...known,
    ...(code === "request-failed" ? undefined : { code }),
    ...more,
    dapResult: response,
  } as Options);
}

/** The token of a task. */
export function tokenOf(task: TaskRef): string {
  const token = typeof task === "string" ? task : task?.token;
  if (typeof token === "string" && token !== "") return token;
  throw new TypeError("Expected a task or its token, not an empty one");
}
