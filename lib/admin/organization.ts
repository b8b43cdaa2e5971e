import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type {
  InviteMemberParams,
  MemberRecord,
  MemberRole,
  OrgDetail,
} from "../../schema/account.ts";
import {
  cloudCall,
  given,
  readList,
  readRecord,
  requireText,
} from "./answers.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Return what is known about an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id; the account's own when `undefined`.
 * @param options See {@linkcode CallOptions}.
 * @returns Its name and plan, and how many are in it.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getOrg(
  session: Session,
  orgId: string | undefined,
  options: CallOptions = {},
): Promise<OrgDetail> {
  checkCallOptions(options, "getOrg(session, orgId, { timeout })");
  const args = given({
    orgId: orgId === undefined ? undefined : requireText("orgId", orgId),
  });
  const command = "rrext_account_org";
  const body = await cloudCall(session, command, "get", args, options);
  return readRecord<OrgDetail>(body, "an organization", "id");
}

/**
 * Rename an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param name The new name.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id or the name is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function updateOrgName(
  session: Session,
  orgId: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "updateOrgName(session, orgId, name, { timeout })");
  const args = {
    orgId: requireText("orgId", orgId),
    name: requireText("name", name),
  };
  await cloudCall(session, "rrext_account_org", "update", args, options);
}

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
  checkCallOptions(options, "listMembers(session, orgId, { timeout })");
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_members";
  const body = await cloudCall(session, command, "list", args, options);
  return readList<MemberRecord>(body, "members", "members", "userId");
}

/**
 * Invite a user to an organization.
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
  checkCallOptions(
    options,
    "inviteMember(session, orgId, params, { timeout })",
  );
  checkOptions(params, "inviteMember(session, orgId, { email })", {
    email: 1,
    givenName: 1,
    familyName: 1,
    role: 1,
  });
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
  checkCallOptions(
    options,
    "updateMemberRole(session, orgId, params, { timeout })",
  );
  checkOptions(params, "updateMemberRole(session, orgId, { userId, role })", {
    userId: 1,
    role: 1,
  });
  const args = {
    orgId: requireText("orgId", orgId),
    userId: requireText("userId", params.userId),
    role: requireRole(params.role),
  };
  await cloudCall(session, "rrext_account_members", "update", args, options);
}

/**
 * Remove a member from an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param userId The user's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function removeMember(
  session: Session,
  orgId: string,
  userId: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(
    options,
    "removeMember(session, orgId, userId, { timeout })",
  );
  const args = {
    orgId: requireText("orgId", orgId),
    userId: requireText("userId", userId),
  };
  await cloudCall(session, "rrext_account_members", "delete", args, options);
}

/**
 * Check the role of a member.
 *
 * @throws {RangeError} There is no such role.
 */
function requireRole(role: MemberRole): MemberRole {
  if (role === "admin" || role === "member") return role;
  throw new RangeError(`Cannot use role "${role}": expected admin or member`);
}
