import type { TeamMemberParams } from "../../../schema/team.ts";
import { requireNames } from "../_require_names.ts";
import { requireText } from "../_require_text.ts";

/**
 * Check what a user is to be in a team.
 *
 * @throws {TypeError} An id is blank, or the permissions are no list of names.
 */
export function teamMemberArgs(
  orgId: string,
  { teamId, userId, permissions }: TeamMemberParams,
): Record<string, unknown> {
  return {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", teamId),
    userId: requireText("userId", userId),
    permissions: requireNames("permissions", permissions),
  };
}
