import type { Connection } from "../transport/transport.ts";
import type { RequestOptions } from "./_core_options.ts";
import type { ConnectionException } from "../errors.ts";
import { notConnected, sessionClosed } from "./_failures.ts";
import type { SessionState } from "./state.ts";

/** Which way a request can go now. */
export interface Route {
  /** The line that it may leave on, if there is one. */
  readonly connection: Connection | undefined;
  /** The number of that line. */
  readonly line: number;
  /** Whether it may wait for another line where there is none. */
  readonly patient: boolean;
}

/** Phases in which only what frees something on the server may leave. */
const FREEING: ReadonlySet<SessionState["phase"]> = new Set([
  "moving",
  "closing",
]);

/**
 * Find the way of a request. Until the login is answered and everything
 * restored, only those who do that may speak, and they show it by the signal
 * of their attempt: engines hang up on whoever speaks too soon (protocol §4.1).
 */
export function routeOf(
  state: SessionState,
  { line, signal, frees = false }: RequestOptions,
  attempt: AbortSignal | undefined,
): Route {
  const own = attempt !== undefined && signal === attempt;
  const early = state.phase === "authenticating" && !own;
  const late = FREEING.has(state.phase) && !frees;
  const elsewhere = line !== undefined && line !== state.epoch;
  return {
    connection: early || late || elsewhere ? undefined : lineOf(state),
    line: state.epoch,
    patient: !own && !frees && line === undefined,
  };
}

/** Whether a session has ended, or is about to. */
export function isLeaving({ phase }: SessionState): boolean {
  return phase === "closing" || phase === "ended";
}

/** Why a call cannot leave, where there is no line for it. */
export function refusalIn({ phase }: SessionState): ConnectionException {
  return phase === "closing" ? sessionClosed(false) : notConnected();
}

/** The line that a session has. */
export function lineOf(state: SessionState): Connection | undefined {
  return "connection" in state ? state.connection : undefined;
}
