import { coreOf } from "./core.ts";
import { milliseconds, withTarget } from "./_settings.ts";
import type { Auth } from "./connect_options.ts";
import type { CallOptions, Session } from "./session.ts";

/** Options of {@linkcode setConnectionParams}. */
export interface ConnectionParams extends CallOptions {
  /** The new address; the old one stays when it is left out. */
  readonly uri?: string | URL | undefined;
  /** The new credential; the old one stays when it is left out. */
  readonly auth?: Auth | undefined;
}

/**
 * Move a session to another engine or credential.
 *
 * The line is closed and dialled anew once. Calls in flight reject with a
 * `ConnectionException` of code `connection-closed`. If the new line cannot
 * be had, the session has ended.
 *
 * @param session A session from {@linkcode connect}.
 * @param params What changes; see {@linkcode ConnectionParams}.
 * @throws What {@linkcode connect} throws. Where nothing was dialled, as after
 * a `ValidationException`, the old line is still up.
 */
export async function setConnectionParams(
  session: Session,
  params: ConnectionParams,
): Promise<void> {
  const core = coreOf(session);
  milliseconds("timeout", params.timeout);
  await core.redial(withTarget(core.settings, params), params);
}
