/**
 * Which HTTP requests an engine admits, before it knows who sends them.
 *
 * @module
 */
import { isRecord } from "../../../schema/json.ts";
import { isLoopback } from "../../protocol/uri.ts";
import type { Settings } from "../settings.ts";

/** The name or address of a host, and perhaps a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The address of a request. Servers make it from the header `Host`: where that
 * is not a host, some give an invalid address, and others throw.
 */
export function requestUrl(request: Request): URL | undefined {
  const host = request.headers.get("host");
  if (host && !(HOST.test(host) && URL.canParse(`http://${host}`))) {
    return undefined;
  }
  try {
    // Without the header some give the path alone.
    return new URL(request.url, "http://localhost");
  } catch {
    return undefined;
  }
}

/**
 * The address that a request was sent from; empty where the platform does not
 * tell it. `info` is Deno's connection info, or Bun's server.
 */
export function addressOf(request: Request, info: unknown): string {
  if (!isRecord(info)) return "";
  const found: unknown = typeof info.requestIP === "function"
    ? info.requestIP(request)
    : info.remoteAddr;
  if (!isRecord(found)) return "";
  const { hostname = found.address } = found;
  return typeof hostname === "string" ? hostname : "";
}

/** Where a request comes from, and where it goes. */
export interface Journey {
  readonly url: URL;
  readonly headers: Headers;
  readonly address: string;
}

/**
 * Why a web page is refused: an engine that accepts every key must not
 * accept every page that a browser on this machine shows.
 *
 * Browsers name the page in the header `Origin`; programs send none. A page
 * whose name resolves to this machine looks like the engine's own; it is known
 * by its `Host`, which is not a name of this machine.
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

/** The most addresses with unauthenticated sockets at one time. */
const MAX_ADDRESSES = 10_000;

/** Bounds the sockets of each address that have not logged in. */
export class UnauthenticatedLimit {
  readonly #most: number;
  readonly #counts: Map<string, number> = new Map();

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Count a socket of an address; `undefined` when there are too many. The
   * function that is returned must be called when the socket has logged in or
   * closed, and may be called again.
   */
  enter(address: string): (() => void) | undefined {
    const counts = this.#counts;
    const count = counts.get(address) ?? 0;
    if (count >= this.#most) return undefined;
    if (count === 0 && counts.size >= MAX_ADDRESSES) return undefined;
    counts.set(address, count + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      const left = counts.get(address)! - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    };
  }
}
