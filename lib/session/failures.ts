import {
  ConnectionException,
  isDAPException,
  ProtocolException,
  TimeoutException,
} from "../errors.ts";
import type { CloseInfo } from "../transport/transport.ts";

/** The close code for a message that is too large (RFC 6455, section 7.4.1). */
const TOO_LARGE = 1009;
/** The close code of a connection that died without one. */
const ABNORMAL = 1006;

/** The connection was lost. */
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
  return { code: code || ABNORMAL, reason: messageOf(error) };
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The session was closed while calls waited, sent or not yet. */
export function sessionClosed(sent = true): ConnectionException {
  return closedByClient("Session was closed", sent);
}

/** The session moves to another connection while calls wait. */
export function sessionMoved(): ConnectionException {
  return closedByClient("Connection parameters changed", true);
}

function closedByClient(message: string, sent: boolean): ConnectionException {
  return new ConnectionException(message, { code: "connection-closed", sent });
}

/** A call did not leave, since there is no connection. */
export function notConnected(): ConnectionException {
  return new ConnectionException("Session is not connected", {
    code: "not-connected",
    retryable: true,
    hint: "Connect again; a session that has ended stays ended",
  });
}

/** A step of connecting exceeded the time for all of them. */
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

/** The server could not be reached for as long as the caller allows. */
export function gaveUp(limit: number, last: unknown): ConnectionException {
  return new ConnectionException(
    `Gave up connecting after ${limit} ms: ${messageOf(last)}`,
    {
      code: "connection-failed",
      retryable: true,
      cause: last,
      // The words of the last failure end with it.
      hint: isDAPException(last) ? last.hint : undefined,
    },
  );
}

/** A call cannot wait for a connection, since too much waits already. */
export function queueFull(command: string): ConnectionException {
  return new ConnectionException(
    `Cannot send "${command}": not connected, and too much waits already`,
    {
      code: "queue-full",
      retryable: true,
      hint: "Wait for the answers of earlier calls before you make more",
    },
  );
}

/** A call waited for a connection for as long as it may. */
export function slowConnection(
  command: string,
  limit: number,
): TimeoutException {
  return new TimeoutException(
    `Cannot send "${command}": not connected within ${limit} ms`,
    limit,
  );
}
