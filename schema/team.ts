/** A team of an organization (api §2.10). */
export interface TeamRecord {
  /** The team's id. */
  readonly id: string;
  /** Its name. */
  readonly name?: string;
  /** The colour that it is shown in. */
  readonly color?: string | null;
  /** How many members it has. */
  readonly memberCount?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A member of a team (api §2.10). */
export interface TeamMemberRecord {
  /** The user's id. */
  readonly userId: string;
  /** The name to show. */
  readonly displayName?: string;
  /** The mail address. */
  readonly email?: string;
  /** What the member may do there, for example `task.control`. */
  readonly permissions?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A team and who is in it (api §2.10). */
export interface TeamDetail {
  /** The team's id. */
  readonly id: string;
  /** Its name. */
  readonly name?: string;
  /** The colour that it is shown in. */
  readonly color?: string | null;
  /** Who is in it. */
  readonly members?: readonly TeamMemberRecord[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a user may do in a team (api §2.10). */
export interface TeamMemberParams {
  /** The team's id. */
  readonly teamId: string;
  /** The user's id. */
  readonly userId: string;
  /** What the user may do there, for example `task.control`. */
  readonly permissions: readonly string[];
}
