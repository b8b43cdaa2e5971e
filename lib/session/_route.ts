import type { Connection } from "../transport/transport.ts";
import type { RequestOptions } from "./_core_options.ts";
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
const LEAVING: ReadonlySet<SessionState["phase"]> = new Set([
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
  const late = LEAVING.has(state.phase) && !frees;
  const elsewhere = line !== undefined && line !== state.epoch;
  return {
    connection: early || late || elsewhere ? undefined : lineOf(state),
    line: state.epoch,
    patient: !own && !frees && line === undefined,
  };
}

/** The line that a session has. */
export function lineOf(state: SessionState): Connection | undefined {
  return "connection" in state ? state.connection : undefined;
}
