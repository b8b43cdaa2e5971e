import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Delete a team of an organization, for good.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param teamId The team's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function deleteTeam(
  session: Session,
  orgId: string,
  teamId: string,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", teamId),
  };
  await cloudCall(session, "rrext_account_teams", "delete", args, options);
}
