import { checkOptions } from "../check.ts";
import { withTarget } from "./connect.ts";
import { coreOf } from "./core.ts";
import type { Auth } from "./options.ts";
import type { CallOptions, ConnectionInfo, Session } from "./session.ts";

/** Options of {@linkcode close}. */
export interface CloseOptions {
  /**
   * Milliseconds for what is in flight: freeing open pipes, and what the
   * server grants meanwhile.
   *
   * @default {1_000}
   */
  readonly grace?: number;
}

/**
 * Close a session. Safe to call twice; never rejects for what the engine does.
 *
 * From the first turn on no new call leaves; those made while the session
 * closes, and those that still wait, reject with a `ConnectionException` of
 * code `connection-closed`. Open pipes are closed on the server; a pipe that
 * opens meanwhile is closed, and a task that starts meanwhile is terminated
 * unless `useExisting` was set. After `grace` a pipe whose write still waits
 * for its answer is closed without it. Then the connection closes, which logs
 * out. All of it takes `grace` and one second at the most, even if the
 * server is silent: give more where a pipeline may be starting.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CloseOptions}.
 */
export async function close(
  session: Session,
  options: CloseOptions = {},
): Promise<void> {
  checkOptions(options, "close(session, { grace })", { grace: "number" });
  await coreOf(session).close(options.grace);
}

/**
 * Check whether calls can be made: connected, with the login accepted.
 *
 * @param session A session from {@linkcode connect}.
 * @returns `false` as soon as the connection was lost or closed.
 */
export function isConnected(session: Session): boolean {
  return coreOf(session).ready;
}

/**
 * Return the state, transport and address of a session.
 *
 * @param session A session from {@linkcode connect}.
 * @returns The information, for display and debugging.
 */
export function getConnectionInfo(session: Session): ConnectionInfo {
  return coreOf(session).info;
}

/**
 * Return the credential in use. For debugging; keep it out of logs.
 *
 * @param session A session from {@linkcode connect}.
 * @returns The credential, or `undefined` when there is none or a function
 * provides it.
 */
export function getApiKey(session: Session): string | undefined {
  const { auth } = coreOf(session).settings;
  return typeof auth === "string" && auth !== "" ? auth : undefined;
}

/** Options of {@linkcode setConnectionParams}. */
export interface ConnectionParams extends CallOptions {
  /** The new address; the old one stays when it is omitted. */
  readonly uri?: string | URL | undefined;
  /** The new credential; the old one stays when it is omitted. */
  readonly auth?: Auth | undefined;
}

/**
 * Move a session to another engine or credential.
 *
 * Open pipes are closed on the server, within one second; then the session
 * closes its connection and opens a new one. Calls in flight reject with a
 * `ConnectionException` of code `connection-closed`. A later move replaces
 * one in progress.
 *
 * There is one connection attempt; if it fails, the session ends. With
 * `persist` the session tries until it succeeds, as after a lost connection:
 * calls made meanwhile wait, `timeout` bounds one attempt, and `signal` ends
 * only this wait, while the session goes on trying.
 *
 * @param session A session from {@linkcode connect}.
 * @param params What changes; see {@linkcode ConnectionParams}.
 * @throws What {@linkcode connect} throws. Without an attempt, as after a
 * `ValidationException`, the old connection stays open.
 */
export async function setConnectionParams(
  session: Session,
  params: ConnectionParams,
): Promise<void> {
  const core = coreOf(session);
  checkOptions(params, "setConnectionParams(session, { uri, auth })", {
    uri: 1,
    auth: 1,
    signal: 1,
    timeout: 1,
  });
  await core.move(withTarget(core.settings, params), params);
}
