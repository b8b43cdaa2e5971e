import {
  ConnectionException,
  type ConnectionExceptionOptions,
  type ErrorCode,
  isDAPException,
  ProtocolException,
  TimeoutException,
} from "../errors.ts";
import type { CloseInfo } from "./transport.ts";

/** The close code for a message that is too large (RFC 6455, section 7.4.1). */
const TOO_LARGE = 1009;
/** The close code of a connection that died without one. */
export const ABNORMAL = 1006;

/** The error for a failure after which the same call may succeed later. */
export function retryableError(
  code: ErrorCode,
  message: string,
  more?: ConnectionExceptionOptions,
): ConnectionException {
  return new ConnectionException(message, { code, retryable: true, ...more });
}

/** The error for something that exceeded its limit, in milliseconds. */
export function timeoutError(what: string, limit: number): TimeoutException {
  return new TimeoutException(`${what} within ${limit} ms`, limit);
}

/** The error for an address that cannot be connected to. */
export function unreachable(
  uri: string,
  words: string | undefined,
  more: ConnectionExceptionOptions,
): ConnectionException {
  const why = words ? `: ${words}` : "";
  return retryableError(
    "connection-failed",
    `Cannot connect to "${uri}"${why}`,
    {
      hint: "Check that the engine runs there and that the address is right",
      ...more,
    },
  );
}

/** The error for a message that was not sent since too much waits already. */
export function queueFull(message: string): ConnectionException {
  return retryableError("queue-full", message, {
    hint: "Wait for the answers of earlier calls before you make more",
  });
}

/** The error for a connection that was lost. */
export function connectionLost({ code, error, reason }: CloseInfo): Error {
  if (error instanceof ProtocolException) return error;
  const tooLarge = code === TOO_LARGE;
  return new ConnectionException(
    reason || `Connection was lost (close code ${code})`,
    {
      sent: true,
      retryable: !tooLarge,
      closeCode: code,
      cause: error,
      hint: tooLarge
        ? "A message was larger than one side accepts: 250 MiB on engines, 32 MiB on Workers"
        : undefined,
    },
  );
}

/** The error for calls of a session that was closed, sent or not. */
export function sessionClosed(
  sent = true,
  message = "Session was closed",
): ConnectionException {
  return new ConnectionException(message, { code: "connection-closed", sent });
}

/** The error for calls of a session that moves to another connection. */
export function sessionMoved(): ConnectionException {
  return sessionClosed(true, "Connection parameters changed");
}

/** The error for a server that was not reached within `maxRetryTime`. */
export function retriesExhausted(
  limit: number,
  last: unknown,
): ConnectionException {
  const message = `Gave up connecting after ${limit} ms: ${messageOf(last)}`;
  return retryableError("connection-failed", message, {
    cause: last,
    // The message of the last failure ends with it.
    hint: isDAPException(last) ? last.hint : undefined,
  });
}

/** The close of a session that could not connect. */
export function closeInfoOf(error: unknown): CloseInfo {
  const code = Object(error).closeCode || ABNORMAL;
  return { code, reason: messageOf(error) };
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
