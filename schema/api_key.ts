/** An API key of an account, without the key itself (api §2.10). */
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

/** What a new API key is to be (api §2.10). */
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
