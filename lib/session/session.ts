import type { ConnectResult } from "../../schema/account.ts";

/** Options of every function that waits for the engine. */
export interface CallOptions {
  /**
   * Gives the wait up; the call then rejects with the signal's own reason.
   * The engine is not told, except where a function says so.
   */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * Milliseconds to wait for the engine; `Infinity` for no limit.
   *
   * @default {the session's `requestTimeout`}
   */
  readonly timeout?: number | undefined;
}

/** A task, or its token. */
export type TaskRef = string | { readonly token: string };

/** How a session ended. */
export interface SessionEnd {
  /** Whether it was closed on purpose, by us. */
  readonly clean: boolean;
  /** The close code; 1006 when the line died without one. */
  readonly code: number;
  /** In words. */
  readonly reason: string;
}

/**
 * A line to an engine, logged in. Made by {@linkcode connect}, taken by every
 * other function.
 */
export interface Session extends AsyncDisposable {
  /** The address of the engine, without credentials. */
  readonly uri: string;
  /**
   * The account that the engine reports; 1.0 engines report none. Its
   * `userToken` is a credential and read by name only: it is not enumerated,
   * copied, serialised or inspected.
   */
  readonly identity: ConnectResult | undefined;
  /** Aborts when the session has ended for good; its reason says why. */
  readonly signal: AbortSignal;
  /** Settles when the session has ended for good. Never rejects. */
  readonly closed: Promise<SessionEnd>;
}
