import { coreOf } from "./core.ts";
import type { Session } from "./session.ts";

/**
 * Tell whether calls can be made: the line is up and the login accepted.
 *
 * @param session A session from {@linkcode connect}.
 * @returns `false` as soon as the line dropped or was closed.
 */
export function isConnected(session: Session): boolean {
  return coreOf(session).ready;
}
