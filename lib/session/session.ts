import type { ConnectResult } from "../../schema/account.ts";
import type { EventMessage } from "../../schema/envelope.ts";

/** Options of every function that waits for the engine. */
export interface CallOptions {
  /**
   * Aborts the wait; the call then rejects with the signal's own reason. The
   * engine is not notified, except where a function says so.
   */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * Milliseconds to wait for the engine; `Infinity` for no limit.
   *
   * @default {the session's `requestTimeout`}
   */
  readonly timeout?: number | undefined;
}

/** How a session is connected. */
export interface OpenOptions extends CallOptions {
  /** Whether to log in. @default {true} */
  readonly login?: boolean | undefined;
  /** Why the last connection was lost; a delay then precedes the attempt. */
  readonly drop?: Error | undefined;
}

/** A task, or its token. */
export type TaskRef = string | { readonly token: string };

/** How a session ended. */
export interface SessionEnd {
  /** Whether it was closed on purpose, by the client. */
  readonly clean: boolean;
  /** The close code; 1006 when the connection died without one. */
  readonly code: number;
  /** In words. */
  readonly reason: string;
}

/**
 * A connection to an engine, logged in. Returned by {@linkcode connect}, taken
 * by every other function.
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
  /** Resolves when the session has ended for good. Never rejects. */
  readonly closed: Promise<SessionEnd>;
}

/** The state of a session's connection. */
export interface ConnectionInfo {
  /** Whether calls can be made. */
  readonly connected: boolean;
  /** The transport's name, for example `WebSocket`. */
  readonly transport: string;
  /** The address of the engine, without credentials. */
  readonly uri: string;
}

/** Something that happened to the connection of a session. */
export type LifecycleEvent =
  | {
    /** Connected: the login is accepted and subscriptions are restored. */
    readonly type: "connected";
    readonly info: ConnectionInfo;
  }
  | {
    /** The connection was lost, or was closed on purpose. */
    readonly type: "disconnected";
    /** In words. */
    readonly reason: string;
    /** `false` when the client closed it on purpose. */
    readonly hasError: boolean;
  }
  | {
    /** An attempt to connect has failed, or no further one is made. */
    readonly type: "connect-error";
    /** The error's message. */
    readonly message: string;
    readonly error: unknown;
    /** Whether no further attempt is made. */
    readonly final: boolean;
  }
  | {
    /** Another attempt will be made. */
    readonly type: "reconnecting";
    /** After as many milliseconds. */
    readonly delay: number;
    /** The number of the attempt since the connection was last stable. */
    readonly attempt: number;
  }
  | {
    /** The session has ended for good. */
    readonly type: "ended";
    readonly end: SessionEnd;
  };

/**
 * Restores something on a new connection, for example a subscription.
 *
 * Runs after the login and before the session counts as connected. Until then
 * only requests with the given signal leave; it aborts when the connection is
 * lost or the time for the attempt is over. Errors are ignored. The attempt
 * waits for it, so it must not wait for other calls.
 */
export type Restorer = (signal: AbortSignal) => Promise<void>;

/**
 * Receives every event of a session. Events that the client makes itself come
 * with the token of their task.
 */
export type SessionListener = (event: EventMessage, token?: string) => void;
