import { ValidationException } from "./errors.ts";

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
    throw unreadable(
      url,
      "there is no answer",
      "file-not-readable",
      quotes(cause, url) ? undefined : cause,
    );
  }
  const { ok, status } = response;
  // The body is left alone: on Bun, to look at it takes a data URL's type away.
  if (ok) return response;
  await response.body?.cancel();
  const gone = status === 404 || status === 410;
  const code = gone ? "file-not-found" : "file-not-readable";
  throw unreadable(url, `HTTP status ${status}`, code);
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

/** A part of an address as its author would write it. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not every address is well-formed
  }
}

/** Whether an error of the platform shows what may be secret of an address. */
function quotes(error: unknown, { password, search, href }: URL): boolean {
  if (password === "" && search === "") return false;
  const parts = [href, password, search].filter((part) => part.length > 1);
  for (let each = error; each instanceof Error; each = each.cause) {
    const text = Object.getOwnPropertyNames(each)
      .map((name) => String(Reflect.get(each as Error, name))).join();
    if (parts.some((part) => text.includes(part))) return true;
  }
  return false;
}

function unreadable(
  url: URL,
  why: string,
  code: "file-not-found" | "file-not-readable",
  cause?: unknown,
): ValidationException {
  return new ValidationException(`Cannot read "${shownPlace(url)}": ${why}`, {
    code,
    ...(cause === undefined ? {} : { cause }),
  });
}
