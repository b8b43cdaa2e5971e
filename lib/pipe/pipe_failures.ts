import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import {
  ConnectionException,
  type DAPException,
  PipeException,
} from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { refusal } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";

/**
 * Whether an open failed only because the engine's process does not listen
 * yet. The next one may succeed.
 */
export function isTooEarly(response: ResponseMessage): boolean {
  return didFail(response) &&
    failureText(response).includes("Connect call failed");
}

/**
 * 1.1 engines report a failed open, write or close as a success without a
 * body; where a body is due, its absence is the failure.
 */
export function failure(
  { settings: { secrets } }: SessionCore,
  response: ResponseMessage,
  phase: "open" | "write" | "close",
): DAPException {
  if (didFail(response)) return refusal(response, PipeException, { phase });
  return new PipeException(`Engine could not ${phase} the pipe`, {
    dapResult: secrets.hideIn(response, true),
    phase,
    hint: "The engine hid the reason; look at the errors of getTaskStatus()",
  });
}

const SLOT_HINT =
  "The pipe holds its slot on the server for up to 90 s more; until then the " +
  "next pipe may wait for it";

/**
 * What a pipe fails with when its connection was lost. Its number cannot free
 * the slot on another connection: it may be another pipe's by then.
 */
export function lostPipe(reason: unknown): unknown {
  const lost = reason instanceof ConnectionException &&
    reason.code === "connection-lost" && reason.sent;
  if (!lost) return reason;
  const { closeCode, hint, message, retryable, sent } = reason;
  // A message ends with its hint already.
  return new ConnectionException(hint ? `${message} ${SLOT_HINT}.` : message, {
    sent,
    retryable,
    closeCode,
    cause: reason,
    hint: hint ? `${hint}. ${SLOT_HINT}` : SLOT_HINT,
  });
}
