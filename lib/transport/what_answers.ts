import { type Clock, deadline, follow, ignore } from "../async.ts";
import { TimeoutException } from "../errors.ts";
import { unreachable } from "./failures.ts";

/** How long the answer may take; it only makes a message better. */
const ANSWER_MS = 1_000;

/** What Node says of whatever kept a socket from opening. */
const MEANINGLESS = /non-101/;

/**
 * Find out why a socket did not open, where the platform does not say: browsers
 * and Node keep it to themselves. One request without credentials asks what
 * answers by HTTP at the address; pages of another origin learn that something
 * does, but not its status.
 *
 * @param error Why `dial` failed. Errors that say more than that a platform's
 * socket did not open are returned as they are, without a request.
 * @param signal Ends the question.
 * @param clock The clock of the session.
 * @returns The error that says the most.
 * @throws The signal's reason; not that of a connection that took too long.
 */
export async function whatAnswers(
  error: unknown,
  signal: AbortSignal,
  clock: Clock,
): Promise<unknown> {
  const { cause, code, closeCode, hint } = Object(error);
  const { message, target } = Object(cause);
  const { WebSocket } = globalThis;
  const isMute = code === "connection-failed" && WebSocket &&
    target instanceof WebSocket && (!message || MEANINGLESS.test(message));
  if (!isMute) return error;
  const explained = (words: string, advice = hint): Error =>
    unreachable(target.url, words, { closeCode, cause, hint: advice });
  const asking = new AbortController();
  const detach = follow(asking, signal);
  const cancel = deadline(clock, ANSWER_MS, () => asking.abort());
  try {
    const { status, body } = await fetch(target.url.replace(/^ws/, "http"), {
      signal: asking.signal,
      // The answers of others then arrive, if without what they say.
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
    // Node says here what it did not say of the socket.
    const words = Object(Object(failure).cause).message;
    return words ? explained(words) : error;
  } finally {
    cancel();
    detach();
  }
}
