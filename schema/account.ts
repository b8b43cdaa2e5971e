/** A team that the account belongs to (api §2.9). */
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

/** An organisation that the account belongs to (api §2.9). */
export interface OrgInfo {
  /** The organisation's id. */
  readonly id: string;
  /** The organisation's name. */
  readonly name?: string;
  /** What the account may do there, for example `org.admin`. */
  readonly permissions?: readonly string[];
  /** Its teams. */
  readonly teams?: readonly TeamInfo[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A price of an app (api §2.9). */
export interface AppPrice {
  /** The price's id. */
  readonly priceId?: string;
  /** Its name. */
  readonly nickname?: string;
  /** The amount in hundredths of the currency. */
  readonly amountCents?: number;
  /** The currency's code. */
  readonly currency?: string;
  /** How often it is charged, for example `month`. */
  readonly interval?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** An app that the server offers (api §2.9). */
export interface AppManifestEntry {
  /** The app's id. */
  readonly id: string;
  /** The module that holds it. */
  readonly moduleId?: string;
  /** The display name. */
  readonly name?: string;
  /** Where it starts. */
  readonly entry?: string;
  /** What it does. */
  readonly description?: string;
  /** The address of its picture. */
  readonly icon?: string;
  /** What it is listed under. */
  readonly categories?: readonly string[];
  /** Its settings. */
  readonly settings?: unknown;
  /** Its version. */
  readonly version?: string;
  /** Who it belongs to. */
  readonly ownerType?: string;
  /** Whether it needs a login. */
  readonly authenticated?: boolean;
  /** Whether everybody may see it. */
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
 * The body of a successful `auth` (protocol §4.1), and of `apaext_account`.
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
  /** The id of the team that tasks belong to unless told otherwise. */
  readonly defaultTeam?: string;
  /** The organisations that the account belongs to. */
  readonly organizations?: readonly OrgInfo[];
  /** The apps that the account sees. */
  readonly apps?: readonly AppManifestEntry[];
  /** What the server is, for example `oss` or `saas`. */
  readonly capabilities?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** The parts of a server's version, where it sends them (protocol §4.3). */
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

/** What a server tells anybody: the body of `rrext_public_probe`. */
export interface ServerInfo {
  /** Text on some servers, a record on others. */
  readonly version?: string | ServerVersion;
  /** What the server is, for example `oss` or `saas`. */
  readonly capabilities?: readonly string[];
  /** The operating system. */
  readonly platform?: string;
  /** The apps that everybody sees. */
  readonly apps?: readonly AppManifestEntry[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
