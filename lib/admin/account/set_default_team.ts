import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Choose the team that tasks belong to unless told otherwise.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param teamId The team's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function setDefaultTeam(
  session: Session,
  teamId: string,
  options: CallOptions = {},
): Promise<void> {
  const args = { teamId: requireText("teamId", teamId) };
  const command = "rrext_account_me";
  await cloudCall(session, command, "set_default_team", args, options);
}
