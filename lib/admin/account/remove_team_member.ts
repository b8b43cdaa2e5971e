import type { TeamMemberParams } from "../../../schema/team.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Remove a user from a team.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param member Who, and where.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function removeTeamMember(
  session: Session,
  orgId: string,
  member: Pick<TeamMemberParams, "teamId" | "userId">,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", member.teamId),
    userId: requireText("userId", member.userId),
  };
  const command = "rrext_account_teams";
  await cloudCall(session, command, "delete_member", args, options);
}
