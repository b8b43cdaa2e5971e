import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Remove a member from an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param userId The user's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function removeMember(
  session: Session,
  orgId: string,
  userId: string,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    orgId: requireText("orgId", orgId),
    userId: requireText("userId", userId),
  };
  await cloudCall(session, "rrext_account_members", "delete", args, options);
}
