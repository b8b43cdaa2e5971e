import type { EventMessage } from "../../schema/envelope.ts";

/** What the server holds for a connection, for example an open pipe. */
export interface Attachment {
  /**
   * The session closes or moves while the connection is still up: free what
   * the server holds. Resolves when the server has freed it.
   *
   * @param reason What the caller's promises reject with.
   */
  release(reason: unknown): Promise<unknown>;
  /**
   * The time for {@linkcode Attachment.release} is over, and the connection
   * closes next: send now what was waiting for an answer.
   */
  hurry?(): void;
  /** The connection is gone. */
  lost(reason: unknown): void;
  /** The task that it belongs to. */
  readonly token?: string | undefined;
  /** Its place among everything that was asked for on this session. */
  readonly order?: number | undefined;
  /** The task was restarted or has ended, and does not have it any more. */
  forgotten?(reason: unknown): void;
}

/**
 * Puts something back on a line that was dialled anew, for example a
 * subscription.
 *
 * Runs after the login and before the session counts as connected. Only
 * requests that carry the signal get through by then; it aborts when the line
 * drops or the time for the attempt is over. What it throws is ignored, and
 * the attempt waits for it, so that it must not wait for other calls.
 */
export type Restorer = (signal: AbortSignal) => Promise<void>;

/**
 * Hears of every event of a session, and of the task by whose token it was
 * made where it was made here.
 */
export type SessionListener = (event: EventMessage, token?: string) => void;
