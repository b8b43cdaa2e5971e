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
 * Open pipes are closed on the server, for which it has a second; then the
 * line is closed and dialled anew. Calls in flight reject with a
 * `ConnectionException` of code `connection-closed`. A later move takes over
 * from one that is under way.
 *
 * The new line is dialled once, and if it cannot be had, the session has
 * ended. With `persist` it is dialled until it is there, as after a drop:
 * calls that are made meanwhile wait, `timeout` bounds one attempt, and
 * `signal` gives up only this wait, while the session goes on trying.
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
