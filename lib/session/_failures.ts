import {
  AuthenticationException,
  ConnectionException,
  ProtocolException,
  TimeoutException,
  ValidationException,
} from "../errors.ts";
import type { CloseInfo } from "../transport/transport.ts";

/** The close code for a message that was too large (RFC 6455, §7.4.1). */
const TOO_LARGE = 1009;
/** The close code of a line that died without one. */
const ABNORMAL = 1006;

/** A line that dropped: what a call that waited on it is told. */
export function lost(info: CloseInfo): Error {
  if (info.error instanceof ProtocolException) return info.error;
  const tooLarge = info.code === TOO_LARGE;
  return new ConnectionException(
    info.reason || `Connection was lost (close code ${info.code})`,
    {
      sent: true,
      retryable: !tooLarge,
      closeCode: info.code,
      cause: info.error,
      hint: tooLarge
        ? "A message was larger than one side accepts: 250 MiB on engines, 32 MiB on Workers"
        : undefined,
    },
  );
}

/** How a session ends that could not connect. */
export function endOf(error: unknown): CloseInfo {
  const code = error instanceof ConnectionException && error.closeCode;
  const reason = error instanceof Error ? error.message : String(error);
  return { code: code || ABNORMAL, reason };
}

/** The session was closed while calls waited, sent or not yet. */
export function sessionClosed(sent = true): ConnectionException {
  return closedByUs("Session was closed", sent);
}

/** The session moves to another connection while calls wait. */
export function sessionMoved(): ConnectionException {
  return closedByUs("Connection parameters changed", true);
}

function closedByUs(message: string, sent: boolean): ConnectionException {
  return new ConnectionException(message, { code: "connection-closed", sent });
}

/** A call that never left, since there is no line for it. */
export function notConnected(): ConnectionException {
  return new ConnectionException("Session is not connected", {
    code: "not-connected",
    retryable: true,
    hint: "Connect again; a session that has ended stays ended",
  });
}

/** A step of connecting that was not done within the time for all of them. */
export function slowStep(
  step: string,
  url: URL,
  limit: number,
): TimeoutException {
  return new TimeoutException(
    `Cannot ${step} "${url.href}": no answer within ${limit} ms`,
    limit,
  );
}

/** A limit that is none. */
export function badTimeout(timeout: number): RangeError {
  return new RangeError(
    `Cannot use timeout ${timeout}: expected milliseconds above 0`,
  );
}

/** An engine that could not be reached for as long as the user allows. */
export function gaveUp(limit: number, last: unknown): ConnectionException {
  const why = last instanceof Error ? last.message : String(last);
  return new ConnectionException(
    `Gave up connecting after ${limit} ms: ${why}`,
    { code: "connection-failed", retryable: true, cause: last },
  );
}

/** Whether another attempt to connect might go better. */
export function mayRecover(error: unknown): boolean {
  return !(error instanceof AuthenticationException ||
    error instanceof ProtocolException ||
    error instanceof ValidationException ||
    error instanceof TypeError || error instanceof RangeError);
}

/** A call that cannot wait for a line, since so much waits already. */
export function tooManyWait(command: string): ConnectionException {
  return new ConnectionException(
    `Cannot send "${command}": not connected, and too much waits already`,
    {
      code: "queue-full",
      retryable: true,
      hint: "Wait for the answers of earlier calls before you make more",
    },
  );
}

/** A call that waited for a new line for as long as it might. */
export function slowLine(command: string, limit: number): TimeoutException {
  return new TimeoutException(
    `Cannot send "${command}": not connected within ${limit} ms`,
    limit,
  );
}
