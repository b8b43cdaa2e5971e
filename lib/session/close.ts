import { coreOf } from "./core.ts";
import type { Session } from "./session.ts";

/** Options of {@linkcode close}. */
export interface CloseOptions {
  /**
   * Milliseconds for saying goodbye: releasing open pipes and logging out.
   *
   * @default {1_000}
   */
  readonly graceMs?: number;
}

/**
 * Close a session. Safe to call twice; never rejects for what the engine does.
 *
 * Open pipes are released on the engine, then the session logs out and the
 * line is closed. All of it takes `graceMs` and one second at the most, even
 * if the engine is silent. Calls that still wait reject with a
 * `ConnectionException` of code `connection-closed`.
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
