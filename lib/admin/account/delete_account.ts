import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";

/**
 * Delete the account, for good.
 *
 * There is no question back and no way back.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @throws What {@linkcode request} throws.
 */
export async function deleteAccount(
  session: Session,
  options: CallOptions = {},
): Promise<void> {
  await cloudCall(session, "rrext_account_me", "delete", {}, options);
}
