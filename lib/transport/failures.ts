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

/** A failure after which the same may succeed later. */
export function retryableError(
  code: ErrorCode,
  message: string,
  more?: ConnectionExceptionOptions,
): ConnectionException {
  return new ConnectionException(message, { code, retryable: true, ...more });
}

/** Something has taken longer than its limit, in milliseconds. */
export function timeoutError(what: string, limit: number): TimeoutException {
  return new TimeoutException(`${what} within ${limit} ms`, limit);
}

/** There is no connection to an address. */
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

/** A message did not leave, since too much waits already. */
export function queueFull(message: string): ConnectionException {
  return retryableError("queue-full", message, {
    hint: "Wait for the answers of earlier calls before you make more",
  });
}

/** The connection was lost. */
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

/** The session was closed while calls waited, sent or not yet. */
export function sessionClosed(
  sent = true,
  message = "Session was closed",
): ConnectionException {
  return new ConnectionException(message, { code: "connection-closed", sent });
}

/** The session moves to another connection while calls wait. */
export function sessionMoved(): ConnectionException {
  return sessionClosed(true, "Connection parameters changed");
}

/** The server could not be reached for as long as the caller allows. */
export function retriesExhausted(
  limit: number,
  last: unknown,
): ConnectionException {
  const message = `Gave up connecting after ${limit} ms: ${messageOf(last)}`;
  return retryableError("connection-failed", message, {
    cause: last,
    // The words of the last failure end with it.
    hint: isDAPException(last) ? last.hint : undefined,
  });
}

/** How a session ends that could not connect. */
export function closeInfoOf(error: unknown): CloseInfo {
  const code = Object(error).closeCode || ABNORMAL;
  return { code, reason: messageOf(error) };
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
