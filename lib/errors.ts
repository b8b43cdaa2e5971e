/**
 * What went wrong, in a word that never changes.
 *
 * Decide by `code`; `message` begins with the engine's own text where it sent
 * one.
 */
export type ErrorCode =
  | "authentication-refused"
  | "connection-closed"
  | "connection-failed"
  | "connection-lost"
  | "database-busy"
  | "event-overflow"
  | "execution-failed"
  | "file-busy"
  | "file-exists"
  | "file-not-found"
  | "file-not-readable"
  | "folder-not-empty"
  | "insecure-credential"
  | "invalid-answer"
  | "invalid-chunk"
  | "invalid-path"
  | "invalid-pipeline"
  | "invalid-uri"
  | "missing-credential"
  | "not-connected"
  | "not-supported"
  | "permission-denied"
  | "pipe-closed"
  | "pipe-failed"
  | "pipeline-failed"
  | "protocol"
  | "queue-full"
  | "request-failed"
  | "service-not-found"
  | "task-ambiguous"
  | "task-ended"
  | "task-exists"
  | "task-not-running"
  | "timeout"
  | "tool-not-found"
  | "transaction-ended"
  | "unknown-command"
  | "version-conflict";

/** What an exception carries besides its message. */
export interface ExceptionOptions extends ErrorOptions {
  /** What went wrong, in a word that never changes. */
  readonly code?: ErrorCode;
  /**
   * The engine's failed response, when there was one.
   *
   * @default {{}}
   */
  readonly dapResult?: object | undefined;
  /**
   * Whether the same call may succeed later, unchanged.
   *
   * @default {false}
   */
  readonly retryable?: boolean;
  /** What to do about it, in our words. */
  readonly hint?: string | undefined;
}

/**
 * Root of every exception of this library.
 *
 * `message` begins with the engine's text when it sent one, and ends with our
 * advice, which is in `hint` as well. Neither ever contains a credential or
 * payload. Aborts are not
 * wrapped: they reject with the signal's own reason.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DAPException } from "@rocketride/streams";
 *
 * const error = new DAPException("Invalid command: x", {
 *   code: "unknown-command",
 * });
 * assertEquals(error.code, "unknown-command");
 * assertEquals(error.retryable, false);
 * ```
 */
export class DAPException extends Error {
  /** The class's name; compare by it when bundles may hold two copies. */
  override readonly name: string = "DAPException";
  /** What went wrong, in a word that never changes. */
  readonly code: ErrorCode;
  /**
   * The engine's failed response, or an empty object. Not enumerable, so that
   * printing an error does not print what the engine sent.
   */
  declare readonly dapResult: Readonly<Record<string, unknown>>;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /**
   * What to do about it, in our words. Not enumerable, since printing an error
   * prints its message, which ends with the hint.
   */
  declare readonly hint: string | undefined;

  /**
   * Make an exception.
   *
   * @param message The engine's text, or ours when it sent none. The hint is
   * added to it.
   * @param options What the exception carries besides; see {@linkcode ExceptionOptions}.
   */
  constructor(message: string, options: ExceptionOptions = {}) {
    const { code = "request-failed", retryable = false } = options;
    const { dapResult, hint } = options;
    super(withHint(message, hint), options);
    this.code = code;
    this.retryable = retryable;
    setHidden(this, "dapResult", { ...dapResult });
    setHidden(this, "hint", hint);
  }
}

/** Consoles print the message alone, so it ends with the advice. */
function withHint(message: string, hint: string | undefined): string {
  if (!hint || message.includes(hint)) return message;
  return [message.trimEnd(), hint].filter(Boolean)
    .map((it) => /[.!?:…]["')]?$/.test(it) ? it : `${it}.`)
    .join(" ");
}

/** Set a member that is not enumerated. */
function setHidden(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value });
}

/** Base of all RocketRide failures; also thrown itself for a refused request. */
export class RocketRideException extends DAPException {
  /** @ignore */
  override readonly name: string = "RocketRideException";
}

/** What a connection failure carries besides. */
export interface ConnectionExceptionOptions extends ExceptionOptions {
  /**
   * Whether the request had left before the connection was lost; only an
   * unsent one is safe to repeat.
   *
   * @default {false}
   */
  readonly sent?: boolean;
  /** The close code of the socket, if there was one. */
  readonly closeCode?: number | undefined;
}

/** The connection could not be opened, was lost, or was closed with calls in flight. */
export class ConnectionException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "ConnectionException";
  /** Whether the request had left before the connection was lost. */
  readonly sent: boolean;
  /** The close code of the socket, if there was one. */
  readonly closeCode: number | undefined;

  /**
   * Make a connection failure.
   *
   * @param message The reason that the transport or the engine gave.
   * @param options See {@linkcode ConnectionExceptionOptions}.
   */
  constructor(message: string, options: ConnectionExceptionOptions = {}) {
    super(message, { code: "connection-lost", ...options });
    this.sent = options.sent ?? false;
    this.closeCode = options.closeCode;
  }
}

/** The engine refused the credential. Final: it is not tried again. */
export class AuthenticationException extends ConnectionException {
  /** @ignore */
  override readonly name: string = "AuthenticationException";

  /**
   * Make an authentication failure.
   *
   * @param message The engine's text.
   * @param options See {@linkcode ConnectionExceptionOptions}.
   */
  constructor(message: string, options: ConnectionExceptionOptions = {}) {
    super(message, { code: "authentication-refused", sent: true, ...options });
  }
}

/** What a pipe failure carries besides. */
export interface PipeExceptionOptions extends ExceptionOptions {
  /** The step that failed. */
  readonly phase?: "open" | "write" | "close";
}

/** The engine refused to open a pipe, to take data, or to close it. */
export class PipeException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "PipeException";
  /** The step that failed. */
  readonly phase: "open" | "write" | "close" | undefined;

  /**
   * Make a pipe failure.
   *
   * @param message The engine's text.
   * @param options See {@linkcode PipeExceptionOptions}.
   */
  constructor(message: string, options: PipeExceptionOptions = {}) {
    super(message, { code: "pipe-failed", ...options });
    this.phase = options.phase;
  }
}

/** What a pipeline failure carries besides. */
export interface ExecutionExceptionOptions extends ExceptionOptions {
  /** Everything the pipeline produced before and besides its failure. */
  readonly result?: Readonly<Record<string, unknown>>;
}

/** A pipeline could not be started, or it ran and failed. */
export class ExecutionException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "ExecutionException";
  /**
   * The whole result of an object that failed inside the pipeline. Not
   * enumerable, so that printing an error does not print data.
   */
  declare readonly result: Readonly<Record<string, unknown>> | undefined;

  /**
   * Make a pipeline failure.
   *
   * @param message The engine's text.
   * @param options See {@linkcode ExecutionExceptionOptions}.
   */
  constructor(message: string, options: ExecutionExceptionOptions = {}) {
    super(message, { code: "execution-failed", ...options });
    setHidden(this, "result", options.result);
  }
}

/** What a validation failure carries besides. */
export interface ValidationExceptionOptions extends ExceptionOptions {
  /** What a validator of the caller's found, each with a message. */
  readonly issues?:
    | readonly {
      /** In words. */
      readonly message: string;
      /** Where in the value. */
      readonly path?:
        | readonly (PropertyKey | { readonly key: PropertyKey })[]
        | undefined;
    }[]
    | undefined;
}

/** Input or configuration is wrong; nothing was sent unless it says so. */
export class ValidationException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "ValidationException";
  /** What a validator of the caller's found, as it said it. */
  readonly issues: ValidationExceptionOptions["issues"];

  /**
   * Make a validation failure.
   *
   * @param message What is wrong, with the offending value quoted.
   * @param options See {@linkcode ValidationExceptionOptions}.
   */
  constructor(message: string, options: ValidationExceptionOptions = {}) {
    super(message, { code: "invalid-pipeline", ...options });
    this.issues = options.issues;
  }
}

/** The engine did not answer in time. A late answer is cleaned up after. */
export class TimeoutException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "TimeoutException";
  /** The limit that passed, in milliseconds. */
  readonly timeout: number;

  /**
   * Make a timeout.
   *
   * @param message What was waited for.
   * @param timeout The limit that passed, in milliseconds.
   * @param options See {@linkcode ExceptionOptions}.
   */
  constructor(
    message: string,
    timeout: number,
    options: ExceptionOptions = {},
  ) {
    super(message, { code: "timeout", retryable: true, ...options });
    this.timeout = timeout;
  }
}

/** The server sent what the protocol does not allow. */
export class ProtocolException extends RocketRideException {
  /** @ignore */
  override readonly name: string = "ProtocolException";

  /**
   * Make a protocol failure.
   *
   * @param message What was expected, and what came.
   * @param options See {@linkcode ExceptionOptions}.
   */
  constructor(message: string, options: ExceptionOptions = {}) {
    super(message, { code: "protocol", ...options });
  }
}

/** The error for an answer that has another form than expected. */
export function unexpectedAnswer(expected: string): ProtocolException {
  return new ProtocolException(`Cannot read the answer: expected ${expected}`);
}

/**
 * Check whether a value is one of this library's exceptions.
 *
 * Tests the shape, not the class, so it also works between two copies of the
 * library in one bundle.
 *
 * @param error Anything caught.
 * @param code Ask for this code as well.
 * @returns `true` when it is ours, and has the code if one was given.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isDAPException, TimeoutException } from "@rocketride/streams";
 *
 * const error: unknown = new TimeoutException("No answer", 5_000);
 * assert(isDAPException(error, "timeout"));
 * assert(!isDAPException(new TypeError("x")));
 * ```
 */
export function isDAPException(
  error: unknown,
  code?: ErrorCode,
): error is DAPException {
  return error instanceof Error && "dapResult" in error && "code" in error &&
    (code === undefined || error.code === code);
}
