import { type Clock, deadline, follow, ignore } from "../async.ts";
import { TimeoutException } from "../errors.ts";
import { unreachable } from "./failures.ts";

/** How long the answer may take; it only makes a message better. */
const ANSWER_MS = 1_000;

/** Node's message for every failure to open a socket. */
const MEANINGLESS = /non-101/;

/**
 * Find out why a socket did not open, on platforms that do not say: browsers
 * and Node. One request without credentials asks what answers by HTTP at the
 * address; pages of another origin learn that something does, but not its
 * status.
 *
 * @param error Why `dial` failed. Errors that say more than that a platform's
 * socket did not open are returned as they are, without a request.
 * @param signal Ends the question.
 * @param clock The clock of the session.
 * @returns The error that says the most.
 * @throws The signal's reason; not that of a connection that took too long.
 */
export async function explainFailure(
  error: unknown,
  signal: AbortSignal,
  clock: Clock,
): Promise<unknown> {
  const { cause, code, closeCode, hint } = Object(error);
  const { message, target } = Object(cause);
  const { WebSocket } = globalThis;
  const isUnexplained = code === "connection-failed" && WebSocket &&
    target instanceof WebSocket && (!message || MEANINGLESS.test(message));
  if (!isUnexplained) return error;
  const explained = (words: string, advice = hint): Error =>
    unreachable(target.url, words, { closeCode, cause, hint: advice });
  const asking = new AbortController();
  const detach = follow(asking, signal);
  const cancel = deadline(clock, ANSWER_MS, () => asking.abort());
  try {
    const { status, body } = await fetch(target.url.replace(/^ws/, "http"), {
      signal: asking.signal,
      // Answers of another origin then arrive, though without their content.
      mode: "no-cors",
      credentials: "omit",
    });
    body?.cancel().catch(ignore);
    return explained(
      "an HTTP server answers there" +
        `${status ? ` (status ${status})` : ""}, but no WebSocket`,
      "Check the address and its port: it is no engine's, a proxy lets no " +
        "WebSocket through, or the engine takes no more connections now",
    );
  } catch (failure) {
    if (signal.aborted && !(signal.reason instanceof TimeoutException)) {
      throw signal.reason;
    }
    // Node gives here the cause that the socket's error lacks.
    const words = Object(Object(failure).cause).message;
    return words ? explained(words) : error;
  } finally {
    cancel();
    detach();
  }
}
