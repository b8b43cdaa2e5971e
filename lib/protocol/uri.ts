import { ValidationException } from "../errors.ts";

/** The default address: RocketRide's cloud, as in official clients from 1.2 on. */
export const CLOUD_URI = "https://api.rocketride.ai";

/** The port of a server that is not in RocketRide's cloud. */
const DEFAULT_PORT = "5565";

/** The path of the only socket that clients use. */
const SOCKET_PATH = "/task/service";

const SCHEMES: Readonly<Record<string, "ws:" | "wss:">> = {
  http: "ws:",
  ws: "ws:",
  https: "wss:",
  wss: "wss:",
};

const HINT =
  'Write a host, a host and port, or a URL such as "https://host:5565"';

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
  if (input.trim() === "") throw invalid("Server address is empty");
  // URL parsers skip some of these silently and end up at another host.
  if (/[\s\\\p{Cc}]/u.test(input)) {
    throw invalid(
      "Server address contains whitespace, a backslash or a control character",
    );
  }
  const [, scheme, rest = ""] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/i
    .exec(input) ?? [];
  if (scheme !== undefined && !Object.hasOwn(SCHEMES, scheme.toLowerCase())) {
    throw invalid(`Cannot connect with the scheme "${scheme}"`);
  }
  const [authority = ""] = rest.split(/[/?#]/, 1);
  if (authority.includes("@")) {
    throw invalid(
      "Server address must not contain a user name or password",
      "Pass the credential as `auth`",
    );
  }
  // A password with a slash in it ends up outside the authority.
  const shown = input.includes("@") ? "" : `: "${authority}"`;
  const { hostname, port } = parseAuthority(authority, shown);
  const cloud = isCloud(hostname);
  const protocol = scheme === undefined
    ? (cloud ? "wss:" : "ws:")
    : SCHEMES[scheme.toLowerCase()];
  const suffix = port ?? (cloud ? undefined : DEFAULT_PORT);
  const host = suffix === undefined ? hostname : `${hostname}:${suffix}`;
  return new URL(`${protocol}//${host}${SOCKET_PATH}`);
}

/**
 * Tell whether an address stays on this machine, so that a credential may
 * travel to it without TLS.
 *
 * @param url The address of a server.
 * @returns `true` for `localhost` and names below it, 127.0.0.0/8, `[::1]`,
 * and the scheme `memory:`.
 */
export function isLoopback(url: URL): boolean {
  const host = withoutRoot(url.hostname);
  return url.protocol === "memory:" || host === "[::1]" ||
    host === "localhost" || host.endsWith(".localhost") ||
    /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Give the HTTP address of the server behind a WebSocket address.
 *
 * @param url An address with the scheme `ws:`, `wss:`, `http:` or `https:`.
 * @returns The server's root, with the scheme `http:` or `https:`.
 * @throws {TypeError} The address has another scheme.
 */
export function httpBase(url: URL): URL {
  const socket = SCHEMES[url.protocol.slice(0, -1)];
  if (socket === undefined) {
    throw new TypeError(`Cannot reach "${url.protocol}" addresses by HTTP`);
  }
  return new URL(`${socket === "wss:" ? "https:" : "http:"}//${url.host}/`);
}

/** The host as URL parsers write it, and the port as the user wrote it. */
function parseAuthority(
  authority: string,
  shown: string,
): { hostname: string; port: string | undefined } {
  const [, host = "", port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/
    .exec(authority) ?? [];
  if (port !== undefined && !isPort(port)) {
    throw invalid(
      `Server address has no valid port${shown}`,
      "A port is a number from 1 to 65535; an IPv6 address needs brackets",
    );
  }
  try {
    const { hostname } = new URL(`ws://${host}`);
    if (hostname !== "") return { hostname, port };
  } catch {
    // The runtime's own words differ and say less than ours.
  }
  throw invalid(`Server address has no valid host${shown}`);
}

function isPort(text: string): boolean {
  const port = Number(text);
  return /^\d+$/.test(text) && port > 0 && port < 65_536;
}

function isCloud(hostname: string): boolean {
  const host = withoutRoot(hostname);
  return host === "rocketride.ai" || host.endsWith(".rocketride.ai");
}

/** The same name without the dot of the root zone. */
function withoutRoot(hostname: string): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}

function invalid(message: string, hint: string = HINT): ValidationException {
  return new ValidationException(message, { code: "invalid-uri", hint });
}
