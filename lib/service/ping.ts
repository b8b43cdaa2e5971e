import { coreOf } from "../session/core.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/** Options of {@linkcode ping}. */
export interface PingOptions extends CallOptions {
  /** Sent along; engines ignore it. */
  readonly task?: TaskRef | undefined;
}

/**
 * Ask the engine for a sign of life.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode PingOptions}.
 * @returns Milliseconds of the round trip.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 */
export async function ping(
  session: Session,
  options: PingOptions = {},
): Promise<number> {
  const { clock } = coreOf(session).settings;
  const startedAt = clock.now();
  await call(session, "rrext_ping", {}, options);
  return clock.now() - startedAt;
}
