import type { TeamMemberParams } from "../../../schema/team.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { teamMemberArgs } from "./_team_member_args.ts";

/**
 * Add a user to a team.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Who, where, and what the user may do there.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank, or the permissions are no list of names.
 * Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function addTeamMember(
  session: Session,
  orgId: string,
  params: TeamMemberParams,
  options: CallOptions = {},
): Promise<void> {
  const args = teamMemberArgs(orgId, params);
  await cloudCall(session, "rrext_account_teams", "add_member", args, options);
}
