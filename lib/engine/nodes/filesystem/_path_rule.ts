import { ExecutionException } from "../../../errors.ts";
import { storePath } from "../../../protocol/store_path.ts";
import type { ConfigReader } from "../config_reader.ts";

/** Gives a path in its one spelling; throws when it is not allowed. */
export type PathRule = (path: unknown) => string;

/**
 * Read `pathWhitelist`.
 *
 * A pattern must match the beginning of a path, and end where a name ends: so
 * that what allows `docs` does not allow `docs-of-others`.
 *
 * @throws {ValidationException} A pattern is none.
 */
export function pathRule(read: ConfigReader): PathRule {
  const patterns = read.records("pathWhitelist")
    .map(({ whitelistPattern: source = "" }) => {
      if (typeof source === "string") return source.trim();
      throw read.fault("'pathWhitelist' must have patterns that are texts");
    })
    .filter((source) => source !== "")
    .map((source) => {
      try {
        return new RegExp(`^(?:${source})(?=/|$|(?<=/))`);
      } catch {
        // The platform's text says the same in other words.
        throw read.fault(`'pathWhitelist' has an invalid pattern: ${source}`);
      }
    });
  return (given) => {
    const path = storePath(given ?? "");
    // With and without a slash around, as people write directories.
    const spellings = [path, `/${path}`, `${path}/`, `/${path}/`];
    const allowed = patterns.length === 0 ||
      patterns.some((pattern) =>
        spellings.some((spelling) => pattern.test(spelling))
      );
    if (allowed) return path;
    throw new ExecutionException(`No pattern of 'pathWhitelist' allows it`, {
      code: "permission-denied",
    });
  };
}
