import { checkOptions, type OptionNames } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type {
  TeamDetail,
  TeamMemberParams,
  TeamRecord,
} from "../../schema/account.ts";
import {
  cloudCall,
  readList,
  readRecord,
  requireNames,
  requireText,
} from "./answers.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * List the teams of an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a team.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listTeams(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly TeamRecord[]> {
  checkCallOptions(options, "listTeams(session, orgId, { timeout })");
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_teams";
  const body = await cloudCall(session, command, "list", args, options);
  return readList<TeamRecord>(body, "teams", "teams", "id");
}

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
  checkCallOptions(
    options,
    "getTeamDetail(session, orgId, teamId, { timeout })",
  );
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", teamId),
  };
  const command = "rrext_account_teams";
  const body = await cloudCall(session, command, "get", args, options);
  return readRecord<TeamDetail>(body, "a team", "id");
}

/**
 * Add a team to an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param name A name for it.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id or the name is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function createTeam(
  session: Session,
  orgId: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "createTeam(session, orgId, name, { timeout })");
  const args = {
    orgId: requireText("orgId", orgId),
    name: requireText("name", name),
  };
  await cloudCall(session, "rrext_account_teams", "create", args, options);
}

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
  checkCallOptions(options, "deleteTeam(session, orgId, teamId, { timeout })");
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", teamId),
  };
  await cloudCall(session, "rrext_account_teams", "delete", args, options);
}

const MEMBER_NAMES: OptionNames<TeamMemberParams> = {
  teamId: 1,
  userId: 1,
  permissions: 1,
};

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
  checkCallOptions(
    options,
    "addTeamMember(session, orgId, params, { timeout })",
  );
  checkOptions(
    params,
    "addTeamMember(session, orgId, { teamId, userId, permissions })",
    MEMBER_NAMES,
  );
  const args = teamMemberArgs(orgId, params);
  await cloudCall(session, "rrext_account_teams", "add_member", args, options);
}

/**
 * Change what a user may do in a team.
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
export async function updateTeamMemberPerms(
  session: Session,
  orgId: string,
  params: TeamMemberParams,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(
    options,
    "updateTeamMemberPerms(session, orgId, params, { timeout })",
  );
  checkOptions(
    params,
    "updateTeamMemberPerms(session, orgId, { teamId, userId, permissions })",
    MEMBER_NAMES,
  );
  const args = teamMemberArgs(orgId, params);
  await cloudCall(
    session,
    "rrext_account_teams",
    "update_member",
    args,
    options,
  );
}

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
  checkCallOptions(
    options,
    "removeTeamMember(session, orgId, member, { timeout })",
  );
  const args = {
    orgId: requireText("orgId", orgId),
    teamId: requireText("teamId", member.teamId),
    userId: requireText("userId", member.userId),
  };
  const command = "rrext_account_teams";
  await cloudCall(session, command, "delete_member", args, options);
}

/**
 * Check what a user is to be in a team.
 *
 * @throws {TypeError} An id is blank, or the permissions are no list of names.
 */
function teamMemberArgs(
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
