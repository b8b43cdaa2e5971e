import { ValidationException } from "../errors.ts";

/** What no name may hold, and halves of characters. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const FORBIDDEN = /[\0-\x1f*?<>|":\p{Surrogate}]/u;

/**
 * The most characters of a path, as of most file systems: a store looks up
 * every directory on the way.
 */
const MAX_PATH_LENGTH = 4096;

/**
 * Read a path of the store: names with `/` between them, from the root.
 *
 * Backslashes count as slashes; a leading slash, doubled ones and `.` say
 * nothing and are left out.
 *
 * @param path The path, as the caller wrote it.
 * @returns The path in its one spelling; empty for the root.
 * @throws {TypeError} It is not text.
 * @throws {ValidationException} It leads upwards, holds what no name may, or
 * has more than 4,096 characters.
 */
export function storePath(path: unknown): string {
  if (typeof path !== "string") {
    throw new TypeError("Expected a path of the store as text");
  }
  if (path.length > MAX_PATH_LENGTH) {
    throw bad(
      "Invalid path",
      `${path.slice(0, 40)}…`,
      `: longer than ${MAX_PATH_LENGTH} characters`,
    );
  }
  const names = path.replaceAll("\\", "/").split("/")
    .filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw bad("Path traversal not allowed", path);
  if (names.some((name) => FORBIDDEN.test(name))) {
    throw bad("Invalid path", path);
  }
  return names.join("/");
}

/**
 * Read a path that must lead to something below the root.
 *
 * @throws {ValidationException} It is the root, or none.
 */
export function storePathBelowRoot(path: unknown): string {
  const below = storePath(path);
  if (below !== "") return below;
  throw bad("Invalid path", String(path), ": the root of the store");
}

/**
 * Check an id that becomes the name of a file: of a project, a template, or
 * the source of a log.
 *
 * @param what What it is the id of, for the failure.
 * @throws {TypeError} It is not text, or empty.
 * @throws {ValidationException} It could not be one name.
 */
export function storeName(what: string, id: unknown): string {
  if (typeof id !== "string" || id === "") {
    throw new TypeError(`Expected ${what} as text that is not empty`);
  }
  if (!/[/\\]/.test(id) && storePath(id) === id) return id;
  throw bad(`Invalid path: ${what}`, id);
}

function bad(what: string, path: string, why = ""): ValidationException {
  return new ValidationException(`${what}: ${path}${why}`, {
    code: "invalid-path",
    hint: "Paths lead down from the root of the store, with / between names",
  });
}
