import type { RequestMessage } from "../../schema/envelope.ts";
import type { LateAnswer } from "../protocol/pending.ts";
import type { Connection, Payload } from "../transport/transport.ts";
import type { AuthContext } from "./connect_options.ts";
import type { CallOptions } from "./session.ts";

/** What a request says; the session numbers it. */
export type Request = Pick<RequestMessage, "command" | "token" | "arguments">;

/** How a request is sent. */
export interface RequestOptions extends CallOptions {
  /** Binary payload; copied or written before `request` returns. */
  readonly payload?: Payload | undefined;
  /**
   * Called once if the request has left and the caller gets no answer: with
   * the answer that came late, or `undefined` if none can come any more.
   */
  readonly onLate?: LateAnswer | undefined;
  /**
   * Whether it frees what the server holds for the session. Only such
   * requests leave while the session closes or moves.
   *
   * @default {false}
   */
  readonly frees?: boolean | undefined;
  /**
   * The line that it means something on, as `SessionCore.line` numbers them.
   * There is no waiting for another one.
   *
   * @default {whichever comes first}
   */
  readonly line?: number | undefined;
  /** Told the line that it leaves on, and how to end what it needs there. */
  readonly onLine?: ((line: number, cancel: () => void) => void) | undefined;
}

/** How a line is opened. */
export interface OpenOptions extends CallOptions {
  /** Whether to log in; default `true`. */
  readonly login?: boolean | undefined;
}

/** One attempt to open a line. */
export interface Attempt extends OpenOptions {
  /** The line that is to be closed first. */
  readonly old: Connection | null | undefined;
  /** What a credential function is told of it. */
  readonly occasion: Pick<AuthContext, "attempt" | "reason">;
}

/** What was there before a line is opened. */
export interface Former {
  /** The line that is to be closed first. */
  readonly old?: Connection | null | undefined;
  /** Why the last line was lost; the first attempt is then put off a little. */
  readonly drop?: Error | undefined;
}
