import type { MemberRole } from "../../../schema/organization.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";
import { requireRole } from "./_require_role.ts";

/** What a member is to be; see {@linkcode updateMemberRole}. */
export interface MemberRoleParams {
  /** The user's id. */
  readonly userId: string;
  /** What the member is to be. */
  readonly role: MemberRole;
}

/**
 * Change what a member of an organization is.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Who, and what from now on.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RangeError} There is no such role. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function updateMemberRole(
  session: Session,
  orgId: string,
  params: MemberRoleParams,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    orgId: requireText("orgId", orgId),
    userId: requireText("userId", params.userId),
    role: requireRole(params.role),
  };
  await cloudCall(session, "rrext_account_members", "update", args, options);
}
