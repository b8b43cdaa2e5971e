import { ValidationException } from "../errors.ts";

/** How the runtimes call a place where there is nothing. */
const ABSENT: ReadonlySet<unknown> = new Set(["NotFound", "ENOENT", "ENOTDIR"]);

const LOOK = "Look at the permissions of the file";

/** How they call a place that may not be looked at, and what to do about it. */
const FORBIDDEN: ReadonlyMap<unknown, string> = new Map([
  ["PermissionDenied", LOOK],
  ["EACCES", LOOK],
  ["EPERM", LOOK],
  ["NotCapable", "Let Deno read it with --allow-read"],
  ["ERR_ACCESS_DENIED", "Let Node read it with --allow-fs-read"],
]);

/** What a caller is told when a file cannot be read. */
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

/** What a caller is told about a folder, a device and the like. */
export function notAFile(path: string | URL): ValidationException {
  return new ValidationException(`Cannot read "${path}": it is not a file`, {
    code: "file-not-readable",
  });
}

/** What a caller is told on browsers and Workers. */
export function noDisk(
  path: string | URL,
  hint = "Give a File, a Blob, a stream or a URL",
): ValidationException {
  return new ValidationException(
    `Cannot read "${path}": this runtime has no files`,
    { code: "not-supported", hint },
  );
}
