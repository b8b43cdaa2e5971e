import type { InviteMemberParams } from "../../../schema/organization.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { given } from "../_given.ts";
import { requireText } from "../_require_text.ts";
import { requireRole } from "./_require_role.ts";

/**
 * Invite somebody to an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Who is invited.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id or the mail address is blank. Nothing was sent.
 * @throws {RangeError} The mail address or the role is none. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function inviteMember(
  session: Session,
  orgId: string,
  params: InviteMemberParams,
  options: CallOptions = {},
): Promise<void> {
  const { email, givenName, familyName, role = "member" } = params;
  if (!requireText("email", email).includes("@")) {
    throw new RangeError(`Cannot use email "${email}": it has no @`);
  }
  const args = given({
    orgId: requireText("orgId", orgId),
    email,
    givenName,
    familyName,
    role: requireRole(role),
  });
  await cloudCall(session, "rrext_account_members", "invite", args, options);
}
