import { ValidationException } from "../errors.ts";

/** The few members of the runtimes that reading a file needs. */
interface Runtime {
  readonly Deno?: { readTextFile(path: string | URL): Promise<string> };
  readonly process?: {
    getBuiltinModule?(name: string): {
      readFile(path: string | URL, encoding: "utf8"): Promise<string>;
    };
  };
}

/**
 * Read a text file on runtimes that have files: Deno, Bun, Node.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param scope Where the runtime is looked for. Default: the global object.
 * @returns The text, as UTF-8.
 * @throws {ValidationException} There is no such file, it may not be read, or
 * the runtime has no files; `code` says which.
 */
export async function readTextFile(
  path: string | URL,
  scope: object = globalThis,
): Promise<string> {
  const { Deno, process } = scope as Runtime;
  const files = process?.getBuiltinModule?.("node:fs/promises");
  try {
    if (Deno) return await Deno.readTextFile(path);
    if (files) return await files.readFile(path, "utf8");
  } catch (error) {
    throw fileFailure(path, error);
  }
  throw noDisk(path, "Pass the pipeline as an object or a URL");
}

/** The names and codes of the runtimes for a path that does not exist. */
const ABSENT: ReadonlySet<unknown> = new Set(["NotFound", "ENOENT", "ENOTDIR"]);

const LOOK = "Look at the permissions of the file";

/** Their names and codes for a path without permission, with a hint. */
const FORBIDDEN: ReadonlyMap<unknown, string> = new Map([
  ["PermissionDenied", LOOK],
  ["EACCES", LOOK],
  ["EPERM", LOOK],
  ["NotCapable", "Let Deno read it with --allow-read"],
  ["ERR_ACCESS_DENIED", "Let Node read it with --allow-fs-read"],
]);

/** The error for a file that cannot be read. */
export function fileFailure(
  path: string | URL,
  cause: unknown,
): ValidationException {
  const { name, code } = (cause ?? {}) as { name?: unknown; code?: unknown };
  const words = [name, code];
  if (words.some((word) => ABSENT.has(word))) {
    return new ValidationException(
      `Cannot read "${path}": there is no such file`,
      { code: "file-not-found", cause },
    );
  }
  const hint = FORBIDDEN.get(name) ?? FORBIDDEN.get(code);
  const why = hint
    ? "it may not be read"
    : cause instanceof Error
    ? cause.message
    : String(cause);
  return new ValidationException(`Cannot read "${path}": ${why}`, {
    code: "file-not-readable",
    cause,
    hint,
  });
}

/** The error on browsers and Workers. */
export function noDisk(
  path: string | URL,
  hint = "Give a File, a Blob, a stream or a URL",
): ValidationException {
  return new ValidationException(
    `Cannot read "${path}": this runtime has no files`,
    { code: "not-supported", hint },
  );
}
