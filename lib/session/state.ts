import type { Connection } from "../transport/transport.ts";

/**
 * Where a session is in its life. An `authenticating` one logs in and puts
 * back what lived on the last line. The line of a `moving` or `closing` one is
 * still up, for what frees something on the engine; no other call gets through.
 *
 * `epoch` numbers the dials; whatever an older dial reports is ignored
 * (field F14).
 */
export type SessionState =
  | { readonly phase: "idle"; readonly epoch: number }
  | { readonly phase: "dialing"; readonly epoch: number }
  | {
    readonly phase: "authenticating" | "ready" | "moving" | "closing";
    readonly epoch: number;
    readonly connection: Connection;
  }
  | { readonly phase: "ended"; readonly epoch: number };

/** What happens to a session. */
export type SessionInput =
  | { readonly type: "dial" }
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

/** A session that was never dialled. */
export const IDLE: SessionState = { phase: "idle", epoch: 0 };

/**
 * The next state of a session. Inputs that make no sense in a state, and
 * those of an older epoch, leave it as it is.
 *
 * `dropped` goes back to `idle`: whoever drives the machine decides whether
 * to dial again or to end.
 *
 * @param state Where the session is.
 * @param input What happened.
 * @returns Where it is now; the same object when nothing changed.
 */
export function transition(
  state: SessionState,
  input: SessionInput,
): SessionState {
  if (state.phase === "ended") return state;
  if ("epoch" in input && input.epoch !== state.epoch) return state;
  const { epoch } = state;
  switch (input.type) {
    case "dial":
      if (state.phase === "closing") return state;
      return { phase: "dialing", epoch: epoch + 1 };
    case "opened":
      if (state.phase !== "dialing") return state;
      return {
        phase: "authenticating",
        epoch,
        connection: input.connection,
      };
    case "authenticated":
      if (state.phase !== "authenticating") return state;
      return { ...state, phase: "ready" };
    case "move":
      if (state.phase !== "ready") return state;
      return { ...state, phase: "moving" };
    case "close":
      if (state.phase === "closing") return state;
      return "connection" in state
        ? { ...state, phase: "closing" }
        : { phase: "ended", epoch };
    case "dropped":
      return { phase: "idle", epoch };
    case "end":
      return { phase: "ended", epoch };
  }
}
