/** A team that the account belongs to. */
export interface TeamInfo {
  /** The team's id. */
  readonly id: string;
  /** The team's name. */
  readonly name?: string;
  /** What the account may do there, for example `task.control`. */
  readonly permissions?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** An organisation that the account belongs to. */
export interface OrgInfo {
  /** The organisation's id. */
  readonly id: string;
  /** The organisation's name. */
  readonly name?: string;
  /** What the account may do there, for example `org.admin`. */
  readonly permissions?: readonly string[];
  /** Its teams; from newer servers those that the account is in. */
  readonly teams?: readonly TeamInfo[];
  /** What the ids of its apps begin with; none until it is registered. */
  readonly developerId?: string | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A price of an app. */
export interface AppPrice {
  /** The price's id. */
  readonly id?: string;
  /** The app. */
  readonly appId?: string;
  /** The price at the payment service, from 1.3 on. */
  readonly stripePriceId?: string;
  /** The price at the payment service, up to 1.2. */
  readonly priceId?: string;
  /** Its name. */
  readonly nickname?: string;
  /** The amount in hundredths of the currency. */
  readonly amountCents?: number;
  /** The currency's code. */
  readonly currency?: string;
  /** How often it is charged: `month`, `year`, `one_time`. */
  readonly interval?: string;
  /** The amount in hundredths of the currency, up to 1.2. */
  readonly unitAmount?: number;
  /** What else the payment service has about it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Whether it can be chosen. */
  readonly isActive?: boolean;
  /** When it was made. */
  readonly createdAt?: string | number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** An app that the server offers. */
export interface AppManifestEntry {
  /** The app's id. */
  readonly id: string;
  /** The module that holds it. */
  readonly moduleId?: string;
  /** The display name. */
  readonly name?: string;
  /** Where it starts; from 1.4 on of apps under development alone. */
  readonly entry?: string;
  /** The number of the published version, from 1.4 on. */
  readonly registryVersion?: number;
  /** Whether it is one under development. */
  readonly dev?: boolean;
  /** Where it is being developed, newest first. */
  readonly devEntries?: readonly {
    /** The address. */
    readonly url?: string;
    /** Whose session it is. */
    readonly session?: string;
    /** Since when. */
    readonly registeredAt?: number | string;
  }[];
  /** What it does. */
  readonly description?: string;
  /** The address of its picture. */
  readonly icon?: string;
  /** What it is listed under. */
  readonly categories?: readonly string[];
  /** Its settings, up to 1.3. */
  readonly settings?: unknown;
  /** Its settings as VS Code describes them, from 1.4 on. */
  readonly configuration?: {
    /** The heading. */
    readonly title?: string;
    /** Each setting's schema. */
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  /** Its version. */
  readonly version?: string;
  /** Who it belongs to. */
  readonly ownerType?: string;
  /** Whether it needs a login. */
  readonly authenticated?: boolean;
  /** Whether it is public. */
  readonly public?: boolean;
  /** Its product at the payment service. */
  readonly stripeProductId?: string;
  /** What it costs. */
  readonly stripePrices?: readonly AppPrice[];
  /** Whether the account has it. */
  readonly appStatus?: string;
  /** Whether it is on the account's desktop. */
  readonly onDesktop?: boolean;
  /** How many seats were bought. */
  readonly seats?: number;
  /** How many seats are taken. */
  readonly seatsUsed?: number;
  /** What it includes. */
  readonly features?: unknown;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * The body of a successful `auth`, and of `apaext_account`.
 *
 * Older servers send none of it: every member may be missing.
 */
export interface ConnectResult {
  /** A durable credential; the open-source server echoes the one it got. */
  readonly userToken?: string;
  /** The account's id; `local` on an open-source server. */
  readonly userId?: string;
  /** The name to show. */
  readonly displayName?: string;
  /** The given name. */
  readonly givenName?: string;
  /** The family name. */
  readonly familyName?: string;
  /** The name to log in by. */
  readonly preferredUsername?: string;
  /** The mail address. */
  readonly email?: string;
  /** Whether the mail address was confirmed. */
  readonly emailVerified?: boolean;
  /** The telephone number. */
  readonly phoneNumber?: string;
  /** Whether the telephone number was confirmed. */
  readonly phoneNumberVerified?: boolean;
  /** The language and country. */
  readonly locale?: string;
  /** The id of the default team of tasks, up to 1.3. */
  readonly defaultTeam?: string;
  /** The id of the team whose settings runs of development have; from 1.4 on. */
  readonly devTeam?: string;
  /** The organisations that the account belongs to, up to 1.2. */
  readonly organizations?: readonly OrgInfo[];
  /** The organisation of the session, from 1.3 on. */
  readonly organization?: OrgInfo | null;
  /** What the account may do on the server itself, from 1.3 on. */
  readonly sysPermissions?: readonly string[];
  /** What the organisation has left to spend, by resource; from 1.3 on. */
  readonly credits?: Readonly<Record<string, number>>;
  /** Whether the account waits to be let in: it may do nothing until then. */
  readonly waitlisted?: boolean;
  /** All organisations that the account belongs to; of profiles alone. */
  readonly memberships?: readonly OrgInfo[];
  /** The organisation that sessions begin with; of profiles alone. */
  readonly defaultOrgId?: string | null;
  /** The server's version, where it says so. */
  readonly serverVersion?: string;
  /** The apps that the account sees. */
  readonly apps?: readonly AppManifestEntry[];
  /** What the server is, for example `oss` or `saas`. */
  readonly capabilities?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** The parts of a server's version, where it sends them. */
export interface ServerVersion {
  /** The version's number. */
  readonly version?: string;
  /** The commit that it was built from. */
  readonly hash?: string;
  /** When it was built. */
  readonly stamp?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Where a server is to be reached; `origin` is where it was asked. */
export interface ServerEndpoints {
  /** The address for clients. */
  readonly api?: string;
  /** The address for people. */
  readonly ui?: string;
}

/** The body of `rrext_public_probe`, which needs no login. */
export interface ServerInfo {
  /** Text on some servers, a record on others. */
  readonly version?: string | ServerVersion;
  /** What the server is, for example `oss` or `saas`. */
  readonly capabilities?: readonly string[];
  /** The operating system. */
  readonly platform?: string;
  /** Where it is to be reached; see `resolveEndpoints`. From 1.4 on. */
  readonly endpoints?: ServerEndpoints;
  /** The public key at the payment service, where there is one. */
  readonly stripePublishableKey?: string;
  /** The public apps. */
  readonly apps?: readonly AppManifestEntry[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * What an account can change about itself. What is absent or
 * empty stays as it is.
 */
export interface ProfileUpdate {
  /** The name to show. */
  readonly displayName?: string;
  /** The name to log in by. */
  readonly preferredUsername?: string;
  /** The given name. */
  readonly givenName?: string;
  /** The family name. */
  readonly familyName?: string;
  /** The mail address. */
  readonly email?: string;
  /** The telephone number, as `+` and digits. */
  readonly phoneNumber?: string;
  /** The language and country, for example `en-GB`. */
  readonly locale?: string;
}

/** An API key of an account, without the key itself. */
export interface ApiKeyRecord {
  /** The key's id, which is not the key. */
  readonly id: string;
  /** The name it was given. */
  readonly name?: string;
  /** The team that it is for. */
  readonly teamId?: string | null;
  /** The name of that team. */
  readonly teamName?: string | null;
  /** What it allows; nothing named means everything. */
  readonly permissions?: readonly string[];
  /** When it was made, as an ISO time. */
  readonly createdAt?: string | null;
  /** When it ends, as an ISO time. */
  readonly expiresAt?: string | null;
  /** When it was last used, as an ISO time. */
  readonly lastUsedAt?: string | null;
  /** When it was revoked, as an ISO time. */
  readonly revokedAt?: string | null;
  /** Whether it can be used. */
  readonly active?: boolean;
  /** Whether it belongs to a login rather than to a program. */
  readonly isSession?: boolean;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a new API key is to be. */
export interface CreateKeyParams {
  /** A name for it. */
  readonly name: string;
  /**
   * What it allows.
   *
   * @default {everything}
   */
  readonly permissions?: readonly string[] | undefined;
  /**
   * When it ends, as an ISO time.
   *
   * @default {never}
   */
  readonly expiresAt?: string | undefined;
  /**
   * The team that it is for.
   *
   * @default {the account's default team}
   */
  readonly teamId?: string | undefined;
}

/** An organization. */
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

/** The role of a member of an organization. */
export type MemberRole = "admin" | "member";

/** A member of an organization. */
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

/** Who is invited to an organization. */
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

/** A team of an organization. */
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

/** A member of a team. */
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

/** A team and who is in it. */
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

/** What a user may do in a team. */
export interface TeamMemberParams {
  /** The team's id. */
  readonly teamId: string;
  /** The user's id. */
  readonly userId: string;
  /** What the user may do there, for example `task.control`. */
  readonly permissions: readonly string[];
}
