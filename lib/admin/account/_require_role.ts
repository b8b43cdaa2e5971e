import type { MemberRole } from "../../../schema/organization.ts";

/**
 * Check what somebody is to be in an organization.
 *
 * @throws {RangeError} There is no such role.
 */
export function requireRole(role: MemberRole): MemberRole {
  if (role === "admin" || role === "member") return role;
  throw new RangeError(`Cannot use role "${role}": expected admin or member`);
}
