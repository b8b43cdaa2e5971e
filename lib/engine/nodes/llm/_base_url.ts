import { ValidationException } from "../../../errors.ts";
import type { ConfigReader } from "../config_reader.ts";
import { withoutSlashes } from "../without_slashes.ts";

/** What an address must be, besides being one. */
export interface BaseUrlRule {
  /** The address when the configuration has none; without one it must. */
  readonly fallback?: string;
  /** The text that tells of a missing address. */
  readonly missing?: string;
  /** Whether only `https:` will do. */
  readonly secure?: boolean;
}

/**
 * Read the address of an API from a member of the configuration.
 *
 * @returns The address without a slash at the end.
 * @throws {ValidationException} There is none, or it cannot be used.
 */
export function baseUrl(
  read: ConfigReader,
  name: string,
  { fallback = "", missing, secure = false }: BaseUrlRule = {},
): string {
  const text = read.text(name, "").trim() || fallback;
  if (text === "") {
    throw missing === undefined
      ? read.fault(`'${name}' is empty`)
      : new ValidationException(missing);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const allowed = secure ? ["https:"] : ["https:", "http:"];
  if (!url || !allowed.includes(url.protocol)) {
    throw read.fault(
      `'${name}' must be an address with ${allowed.join(" or ")}`,
    );
  }
  if (url.username + url.password + url.search + url.hash !== "") {
    throw read.fault(
      `'${name}' must have no user, password, query or fragment`,
    );
  }
  return withoutSlashes(url.href);
}
