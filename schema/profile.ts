/**
 * What an account can change about itself (api §2.10). What is absent or
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
