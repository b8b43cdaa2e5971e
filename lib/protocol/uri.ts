import type { ServerEndpoints } from "../../schema/account.ts";
import { ValidationException } from "../errors.ts";

/** The default address: RocketRide's cloud, as in official clients from 1.2 on. */
export const CLOUD_URI = "https://api.rocketride.ai";

/** The port of a server that is not in RocketRide's cloud. */
const DEFAULT_PORT = "5565";

/** The path of the only socket that clients use. */
const SOCKET_PATH = "/task/service";

const HINT = 'Write a host, host:port, or a URL such as "https://host:5565", ' +
  "with an IPv6 address in brackets; the credential goes into the option auth";

/**
 * Turn what a user calls the server into the address of its WebSocket.
 *
 * Takes a bare host, `host:port`, and URLs with the schemes `http`, `https`,
 * `ws` and `wss`. Without a port it is 5565, also for `https`; only
 * `rocketride.ai` and the hosts below it keep the port of their scheme, and
 * have TLS when no scheme is given. Path, query and fragment are dropped.
 *
 * A `URL` prints no port that is its scheme's own: feed the text of a result
 * back in, and an address on 443 becomes one on 5565.
 *
 * @param input What the user wrote.
 * @returns The address, with the scheme `ws:` or `wss:`.
 * @throws {ValidationException} With the code `invalid-uri`: the input is
 * empty, contains whitespace or a user name, has an unknown scheme, port 0,
 * or is no address at all. The message shows neither user name nor query.
 */
export function normalizeUri(input: string): URL {
  if (typeof input !== "string") {
    throw new TypeError(`Server address must be a string: ${typeof input}`);
  }
  const [, scheme, authority = ""] =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/?#]*)/i.exec(input) ?? [];
  const [, host = "", port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/
    .exec(authority) ?? [];
  // As the parser reads it: a host has other spellings, such as `%2E` for a dot.
  const { hostname = "" } = parsed(`ws://${host}`) ?? {};
  const isCloud = /(?:^|\.)rocketride\.ai\.?$/.test(hostname);
  const protocol = scheme?.replace(/^http/i, "ws") ?? (isCloud ? "wss" : "ws");
  const suffix = port ?? (isCloud ? "" : DEFAULT_PORT);
  const url = parsed(`${protocol}://${host}:${suffix}${SOCKET_PATH}`);
  const fault = input.trim() === ""
    ? "is empty"
    // URL parsers skip some of these silently and end up at another host.
    : /[\s\\\p{Cc}]/u.test(input)
    ? "contains whitespace, a backslash or a control character"
    : scheme && !/^(?:http|ws)s?$/i.test(scheme)
    ? `has the unknown scheme "${scheme}"`
    : authority.includes("@")
    ? "contains a user name or password"
    : port !== undefined && !isPort(port)
    ? "has no valid port"
    : url
    ? ""
    : "has no valid host";
  if (!url || fault) {
    // A password with a slash in it ends up outside the authority.
    const shown = authority === "" || input.includes("@")
      ? ""
      : `: "${authority}"`;
    throw new ValidationException(`Server address ${fault}${shown}`, {
      code: "invalid-uri",
      hint: HINT,
    });
  }
  return url;
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/**
 * Check whether an address stays on this machine, so that a credential may
 * travel to it without TLS.
 *
 * @param url The address of a server.
 * @returns `true` for `localhost` and names below it, 127.0.0.0/8, `[::1]`,
 * and the scheme `memory:`.
 */
export function isLoopback({ hostname, protocol }: URL): boolean {
  return protocol === "memory:" ||
    /^(?:\[::1\]|127(?:\.\d{1,3}){3}|(?:.*\.)?localhost)\.?$/.test(hostname);
}

/**
 * Give the HTTP address of the server behind a WebSocket address.
 *
 * @param url An address with the scheme `ws:`, `wss:`, `http:` or `https:`.
 * @returns The server's root, with the scheme `http:` or `https:`.
 * @throws {TypeError} The address has another scheme.
 */
export function httpBase({ host, protocol }: URL): URL {
  const scheme = protocol.replace(/^ws/, "http");
  if (!/^https?:$/.test(scheme)) {
    throw new TypeError(`Cannot reach "${protocol}" addresses by HTTP`);
  }
  return new URL(`${scheme}//${host}/`);
}

/**
 * Find out where a server wants to be reached.
 *
 * @param endpoints The `endpoints` of what `getServerInfo` returns; older
 * servers send none.
 * @param uri The address that the server was asked at.
 * @returns The address for clients and the one for people. What is missing,
 * empty or `origin` is the address that was asked; the rest is as it was sent.
 * @throws {ValidationException} `uri` is no address.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resolveEndpoints } from "@rocketride/streams";
 *
 * const endpoints = { api: "origin", ui: "https://people.example" };
 * assertEquals(resolveEndpoints(endpoints, "localhost"), {
 *   api: "http://localhost:5565",
 *   ui: "https://people.example",
 * });
 * ```
 */
export function resolveEndpoints(
  endpoints: ServerEndpoints | null | undefined,
  uri: string,
): Required<ServerEndpoints> {
  const { origin } = httpBase(normalizeUri(uri));
  const at = (given: unknown): string =>
    typeof given === "string" && given && given !== "origin" ? given : origin;
  return { api: at(endpoints?.api), ui: at(endpoints?.ui) };
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}
