import type { Connection } from "../transport/transport.ts";
import type { SessionState } from "./state.ts";

/**
 * The line that a command may travel on. Whatever is sent before the login is
 * answered makes engines hang up (protocol §4.1).
 */
export function lineFor(
  command: string,
  state: SessionState,
): Connection | undefined {
  const early = state.phase === "authenticating" && command !== "auth";
  return early ? undefined : lineOf(state);
}

/** The line that a session has. */
export function lineOf(state: SessionState): Connection | undefined {
  return "connection" in state ? state.connection : undefined;
}
