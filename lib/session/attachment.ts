/** What lives on the line, for example an open pipe. */
export interface Attachment {
  /** The session is closing and the line is still up: let the engine know. */
  release(): Promise<unknown>;
  /** The line is gone. */
  lost(reason: unknown): void;
}

/**
 * Puts something back on a line that was dialled anew, for example a
 * subscription. Never rejects; runs before the session counts as connected.
 */
export type Restorer = (signal: AbortSignal) => Promise<void>;
