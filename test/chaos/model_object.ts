import { concat } from "../../lib/bytes.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { type Delivered, digest } from "./model_ledger.ts";

/** An object that is sent. */
export interface SentObject {
  readonly parts: Uint8Array[];
  state: "sending" | "acknowledged" | "failed";
  /** Why it failed; one that was not sent must not have been delivered. */
  error: unknown;
  /** Whether the pipeline may have seen the end of it before all of it. */
  mayBeCut: boolean;
  /** Whether a server may have put other bytes into it. */
  mayBeMixed: boolean;
}

/** What is wrong with what became of an object, if anything. */
export function faultIn(
  sent: SentObject,
  found: readonly Delivered[],
): string | undefined {
  const { state, error, mayBeCut } = sent;
  if (found.length > 1) return "was delivered more than once";
  const [one] = found;
  if (state === "sending") return "was never reported";
  if (one?.state === "open") return "is still in the pipeline";
  if (state === "acknowledged" && one?.state !== "finished") {
    return "was not delivered";
  }
  if (!one || sent.mayBeMixed) return undefined;
  const whole = concat(sent.parts);
  const isWhole = digest(one.bytes) === digest(whole);
  if (isWhole && one.state === "finished") {
    const unsent = error instanceof ConnectionException && !error.sent;
    return unsent ? "was delivered, and reported as not sent" : undefined;
  }
  if (state === "acknowledged") return "was not delivered whole";
  if (digest(whole.subarray(0, one.bytes.length)) !== digest(one.bytes)) {
    return "was delivered with other bytes";
  }
  const isCut = one.state === "finished" && !mayBeCut;
  return isCut ? "ended before its end" : undefined;
}
