import type { ConnectResult } from "../../../schema/account.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";

/**
 * Return what the account knows about its user.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns Names, addresses, organizations and teams; every member may be
 * missing.
 * @throws What {@linkcode request} throws.
 */
export async function getProfile(
  session: Session,
  options: CallOptions = {},
): Promise<ConnectResult> {
  return await cloudCall(session, "rrext_account_me", "get", {}, options);
}
