import type { MemberRecord } from "../../../schema/organization.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readList } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * List the members of an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a member; those who were invited are among them.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listMembers(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly MemberRecord[]> {
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_members";
  const body = await cloudCall(session, command, "list", args, options);
  return readList<MemberRecord>(body, "members", "members", "userId");
}
