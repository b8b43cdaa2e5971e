import { coreOf } from "./core.ts";
import type { Session } from "./session.ts";

/** What {@linkcode getConnectionInfo} tells. */
export interface ConnectionInfo {
  /** Whether calls can be made. */
  readonly connected: boolean;
  /** The transport's name, for example `WebSocket`. */
  readonly transport: string;
  /** The address that was dialled, without credentials. */
  readonly uri: string;
}

/**
 * Tell where a session is connected to, and how.
 *
 * @param session A session from {@linkcode connect}.
 * @returns State, transport and address, for display and debugging.
 */
export function getConnectionInfo(session: Session): ConnectionInfo {
  const core = coreOf(session);
  return {
    connected: core.ready,
    transport: core.settings.transport.name,
    uri: core.uri,
  };
}
