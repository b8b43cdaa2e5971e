import type { Connection } from "../transport/transport.ts";

/**
 * The state of a session's connection.
 *
 * An `authenticating` session logs in and restores what it had on the last
 * connection. The connection of a `moving` or `closing` one is still open, for
 * requests that free something on the server; no other request leaves.
 *
 * `epoch` numbers the connections. What an older one reports is ignored.
 */
export type SessionState =
  | { readonly phase: "idle" | "connecting"; readonly epoch: number }
  | {
    readonly phase: "authenticating" | "ready" | "moving" | "closing";
    readonly epoch: number;
    readonly connection: Connection;
  }
  | { readonly phase: "ended"; readonly epoch: number };

/** What happens to a session. */
export type SessionInput =
  | { readonly type: "connect" }
  | {
    readonly type: "opened";
    readonly epoch: number;
    readonly connection: Connection;
  }
  | { readonly type: "authenticated"; readonly epoch: number }
  | { readonly type: "move" }
  | { readonly type: "close" }
  | { readonly type: "dropped"; readonly epoch: number }
  | { readonly type: "end" };

/** The state of a session that has never been connected. */
export const IDLE: SessionState = { phase: "idle", epoch: 0 };

/**
 * The next state of a session. Inputs that have no meaning in a state, and
 * those of an older epoch, leave it as it is.
 *
 * @returns The next state; the same object if nothing changed.
 */
export function transition(
  state: SessionState,
  input: SessionInput,
): SessionState {
  const { epoch, phase } = state;
  const { type } = input;
  if (phase === "ended") return state;
  if ("epoch" in input && input.epoch !== epoch) return state;
  if (type === "end") return { phase: "ended", epoch };
  if (type === "dropped") return { phase: "idle", epoch };
  if (phase === "closing") return state;
  if (type === "connect") return { phase: "connecting", epoch: epoch + 1 };
  if (type === "close" && !("connection" in state)) {
    return { phase: "ended", epoch };
  }
  if (type === "opened" && phase === "connecting") {
    return { phase: "authenticating", epoch, connection: input.connection };
  }
  if (!("connection" in state)) return state;
  if (type === "close") return { ...state, phase: "closing" };
  if (type === "move" && phase === "ready") {
    return { ...state, phase: "moving" };
  }
  return type === "authenticated" && phase === "authenticating"
    ? { ...state, phase: "ready" }
    : state;
}

/** The open connection of a session, if it has one. */
export function connectionOf(state: SessionState): Connection | undefined {
  return "connection" in state ? state.connection : undefined;
}

/**
 * The connection that a request may leave on now, if there is one.
 *
 * @param state The state of the session.
 * @param own Whether the request belongs to the attempt to connect: servers
 * close connections that send anything else before the login is answered.
 * @param frees Whether the request frees something on the server.
 */
export function routeOf(
  state: SessionState,
  own: boolean,
  frees: boolean,
): Connection | undefined {
  const { phase } = state;
  const early = phase === "authenticating" && !own;
  const late = (phase === "moving" || phase === "closing") && !frees;
  return early || late ? undefined : connectionOf(state);
}
