import { ConnectionException } from "../errors.ts";

const SLOT_HINT =
  "The pipe holds its slot on the server for up to 90 s more; " +
  "until then the next pipe may wait for it";

/**
 * What a pipe fails with when its connection was lost. The server keeps the
 * slot until it finds the pipe idle. The pipe's number cannot be used on
 * another connection to free it: it may be another pipe's by then.
 *
 * @param reason What the connection was lost by.
 * @returns The same failure, which says when the slot is free again.
 */
export function lostPipe(reason: unknown): unknown {
  const lost = reason instanceof ConnectionException &&
    reason.code === "connection-lost" && reason.sent;
  if (!lost) return reason;
  const { message, hint, retryable, closeCode } = reason;
  return new ConnectionException(message, {
    sent: true,
    retryable,
    closeCode,
    cause: reason,
    hint: hint ? `${hint}. ${SLOT_HINT}` : SLOT_HINT,
  });
}
