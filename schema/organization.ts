/** An organization (api §2.10). */
export interface OrgDetail {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name?: string;
  /** What it pays for. */
  readonly plan?: string;
  /** How many members it has. */
  readonly memberCount?: number;
  /** How many teams it has. */
  readonly teamCount?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What somebody is in an organization. */
export type MemberRole = "admin" | "member";

/** A member of an organization (api §2.10). */
export interface MemberRecord {
  /** The user's id. */
  readonly userId: string;
  /** The name to show. */
  readonly displayName?: string;
  /** The mail address. */
  readonly email?: string;
  /** What the member is. */
  readonly role?: MemberRole | (string & Record<never, never>);
  /** Whether the invitation was taken up. */
  readonly status?: "active" | "pending" | (string & Record<never, never>);
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Who is invited to an organization (api §2.10). */
export interface InviteMemberParams {
  /** The mail address that the invitation goes to. */
  readonly email: string;
  /** The given name. */
  readonly givenName?: string | undefined;
  /** The family name. */
  readonly familyName?: string | undefined;
  /**
   * What the member is to be.
   *
   * @default {"member"}
   */
  readonly role?: MemberRole | undefined;
}
