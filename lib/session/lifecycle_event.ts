import type { ConnectionInfo } from "./get_connection_info.ts";
import type { SessionEnd } from "./session.ts";

/** Something that happened to the line of a session. */
export type LifecycleEvent =
  | {
    /** The line is up, the login accepted, subscriptions are restored. */
    readonly type: "connected";
    readonly info: ConnectionInfo;
  }
  | {
    /** A line that was connected is gone, or was closed on purpose. */
    readonly type: "disconnected";
    /** In words. */
    readonly reason: string;
    /** `false` when it was closed on purpose, by us. */
    readonly hasError: boolean;
  }
  | {
    /** An attempt to connect has failed, or it is given up. */
    readonly type: "connect-error";
    /** The error's words. */
    readonly message: string;
    readonly error: unknown;
    /** Whether no further attempt is made. */
    readonly final: boolean;
  }
  | {
    /** Another attempt will be made. */
    readonly type: "reconnecting";
    /** After as many milliseconds. */
    readonly delayMs: number;
    /** The number of the attempt since the line was last well. */
    readonly attempt: number;
  }
  | {
    /** The session has ended for good. */
    readonly type: "ended";
    readonly end: SessionEnd;
  };
