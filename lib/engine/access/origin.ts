import { isLoopback } from "../../protocol/uri.ts";
import type { Settings } from "../settings.ts";

/** What tells where a request comes from, and where it believes to go. */
export interface Journey {
  /** Its address. */
  readonly url: URL;
  /** Its headers. */
  readonly headers: Headers;
  /** The address of its sender; empty where the platform does not tell it. */
  readonly address: string;
}

/**
 * Whether web pages are kept out: an engine that accepts every key must not
 * accept every page that a browser on this machine happens to show.
 *
 * Browsers name the page in the header `Origin`. A page whose name somebody
 * has pointed at this machine looks like the engine's own; it is known by its
 * `Host`, which is no name of this machine. Programs send no `Origin`.
 *
 * @returns Why the request is refused; `undefined` when it is not.
 */
export function refusedJourney(
  { auth, corsOrigins }: Settings,
  { url, headers, address }: Journey,
): string | undefined {
  const host = (headers.get("host") || url.host).toLowerCase();
  const known = corsOrigins?.some((origin) => hostOf(origin) === host);
  if (!auth && !known && isLoopbackAddress(address) && !isLoopbackHost(host)) {
    return "This host is not the engine's: see its option 'corsOrigins'";
  }
  const origin = headers.get("origin");
  if (origin === null || corsOrigins?.includes(origin)) return undefined;
  if (auth && !corsOrigins) return undefined;
  if (hostOf(origin) === host) return undefined;
  return "Pages of this origin are not allowed: " +
    "see the engine's option 'corsOrigins'";
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** An address of version 4 may be written as one of version 6. */
function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

function isLoopbackHost(host: string): boolean {
  const address = `http://${host}`;
  return URL.canParse(address) && isLoopback(new URL(address));
}
