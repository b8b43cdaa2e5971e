import type { TeamDetail } from "../../../schema/team.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readRecord } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * Return a team, and who is in it.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param teamId The team's id.
 * @param options See {@linkcode CallOptions}.
 * @returns The team; its members with what they may do.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getTeamDetail(
  session: Session,
  orgId: string,
  teamId: string,
  options: CallOptions = {},
): Promise<TeamDetail> {
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", teamId),
  };
  const command = "rrext_account_teams";
  const body = await cloudCall(session, command, "get", args, options);
  return readRecord<TeamDetail>(body, "a team", "id");
}
