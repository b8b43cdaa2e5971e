import { coreOf } from "./core.ts";
import type { Session } from "./session.ts";

/** Options of {@linkcode close}. */
export interface CloseOptions {
  /**
   * Milliseconds for what is in flight: freeing open pipes, and what the
   * server grants meanwhile.
   *
   * @default {1_000}
   */
  readonly graceMs?: number;
}

/**
 * Close a session. Safe to call twice; never rejects for what the engine does.
 *
 * From the first turn on no new call leaves; those made while the session
 * closes, and those that still wait, reject with a `ConnectionException` of
 * code `connection-closed`. Open pipes are closed on the server; a pipe that
 * opens meanwhile is closed, and a task that starts meanwhile is terminated
 * unless `useExisting` was set. After `graceMs` a pipe whose write still waits
 * for its answer is closed without it. Then the connection closes, which logs
 * out. All of it takes `graceMs` and one second at the most, even if the
 * server is silent: give more where a pipeline may be starting.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CloseOptions}.
 */
export async function close(
  session: Session,
  options: CloseOptions = {},
): Promise<void> {
  await coreOf(session).close(options.graceMs);
}
