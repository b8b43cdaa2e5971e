import { type ErrorCode, ValidationException } from "./errors.ts";

/**
 * Fetch what is at an address.
 *
 * @throws {ValidationException} There is no answer or no success, with the code
 * `file-not-found` or `file-not-readable`.
 * @throws The signal's reason.
 */
export async function fetchPlace(
  url: URL,
  signal: AbortSignal | null = null,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const shown = quotesSecret(cause, url) ? {} : { cause };
    throw unreadable(url, "there is no answer", shown);
  }
  const { ok, status } = response;
  // `body` is not read here: on Bun, that removes the type of a data URL.
  if (ok) return response;
  await response.body?.cancel();
  const gone = status === 404 || status === 410;
  const code = gone ? "file-not-found" : "file-not-readable";
  throw unreadable(url, `HTTP status ${status}`, { code });
}

/**
 * A path, or an address without what may be secret: user name, query, inline
 * data.
 */
export function shownPlace(place: string | URL): string {
  if (typeof place === "string") return place;
  const { protocol, host, pathname } = place;
  return protocol === "data:" ? protocol : `${protocol}//${host}${pathname}`;
}

/** A part of an address without percent-encoding, if it is well-formed. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not every address is well-formed
  }
}

/** Whether a platform's error quotes parts of an address that may be secret. */
function quotesSecret(
  error: unknown,
  { password, search, href }: URL,
): boolean {
  if (!password && !search) return false;
  const parts = [href, password, search].filter((part) => part.length > 1);
  for (let each = error; each instanceof Error; each = each.cause) {
    const text = Object.getOwnPropertyNames(each)
      .map((name) => String(Reflect.get(each as Error, name))).join();
    if (parts.some((part) => text.includes(part))) return true;
  }
  return false;
}

/** The error for a file that cannot be read, by the runtime's own error. */
export function fileFailure(
  path: string | URL,
  cause: unknown,
): ValidationException {
  const { name, code, message = String(cause) } = Object(cause);
  const words = `${name} ${code}`;
  if (/NotFound|ENOENT|ENOTDIR/.test(words)) {
    const missing = { code: "file-not-found", cause } as const;
    return unreadable(path, "there is no such file", missing);
  }
  const hint = words.includes("NotCapable")
    ? "Let Deno read it with --allow-read"
    : words.includes("ERR_ACCESS_DENIED")
    ? "Let Node read it with --allow-fs-read"
    : /PermissionDenied|EACCES|EPERM/.test(words)
    ? "Look at the permissions of the file"
    : undefined;
  const why = hint
    ? "it may not be read"
    : words.includes("EISDIR")
    ? "it is a folder"
    : message;
  return unreadable(path, why, { cause, hint });
}

/** The error on runtimes without files: browsers and Workers. */
export function noDisk(
  path: string | URL,
  hint = "Give a File, a Blob, a stream or a URL",
): ValidationException {
  const options = { code: "not-supported", hint } as const;
  return unreadable(path, "this runtime has no files", options);
}

/** The error for a place that cannot be read. */
export function unreadable(
  place: string | URL,
  why: string,
  options: { code?: ErrorCode; cause?: unknown; hint?: string | undefined } =
    {},
): ValidationException {
  return new ValidationException(`Cannot read "${shownPlace(place)}": ${why}`, {
    code: "file-not-readable",
    ...options,
  });
}
