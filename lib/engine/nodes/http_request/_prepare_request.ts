import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import { base64 } from "../base64.ts";
import { type RequestBody, requestBody } from "./_request_body.ts";

/** A request that is ready to be checked and sent. */
export interface PreparedRequest {
  /** In capitals. */
  readonly method: string;
  /** With path and query filled in. */
  readonly url: URL;
  /** With what logs in. */
  readonly headers: Headers;
  /** What to send; nothing when `undefined`. */
  readonly body: RequestBody["content"];
  /** How long it may last. */
  readonly timeoutMs: number;
}

type Args = Readonly<Record<string, unknown>>;

const DEFAULT_SECONDS = 30;
const MOST_SECONDS = 300;

/**
 * Turn the arguments of the tool into a request.
 *
 * Shortcuts count only where what they stand for is absent.
 *
 * @param args They fit the tool's schema.
 * @throws {ExecutionException} They make no request; never tells a value that
 * may be secret.
 */
export function prepareRequest(args: Args): PreparedRequest {
  const method = String(args.method).toUpperCase();
  const url = readUrl(String(args.url), record(args.path_params));
  for (const [name, value] of texts(args.query_params)) {
    url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, value] of texts(args.headers)) {
    setHeader(headers, name, value);
  }
  logIn(args, url, headers);
  const { content, contentType } = requestBody(args);
  if (content !== undefined && (method === "GET" || method === "HEAD")) {
    throw new ExecutionException(`A ${method} request cannot have a body`);
  }
  if (contentType !== undefined && !headers.has("content-type")) {
    setHeader(headers, "content-type", contentType);
  }
  return { method, url, headers, body: content, timeoutMs: timeout(args) };
}

function readUrl(text: string, params: Args): URL {
  // What looks like a parameter before the path is a port.
  const [, base = "", path = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^]*)$/i.exec(text) ?? [];
  const filled = path.replace(/:([A-Za-z_]\w*)/g, (whole, name: string) => {
    if (!Object.hasOwn(params, name)) return whole;
    const segment = encodeURIComponent(String(params[name]).toWellFormed());
    if (!/^\.{0,2}$/.test(segment)) return segment;
    throw new ExecutionException(
      `'path_params.${name}' cannot be a part of a path`,
    );
  });
  const url = URL.parse(base + filled);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ExecutionException("'url' must be a whole http or https URL");
  }
  if (url.username !== "" || url.password !== "") {
    throw new ExecutionException(
      "'url' must not contain a user or a password; use 'basic_auth'",
    );
  }
  url.hash = "";
  return url;
}

function logIn(args: Args, url: URL, headers: Headers): void {
  const { type = "none", ...given } = record(args.auth ?? shortcut(args));
  if (type === "basic") {
    const { username = "", password = "" } = record(given.basic);
    const pair = new TextEncoder().encode(`${username}:${password}`);
    setHeader(headers, "authorization", `Basic ${base64(pair)}`);
  }
  if (type === "bearer") {
    const { token = "" } = record(given.bearer);
    setHeader(headers, "authorization", `Bearer ${token}`);
  }
  if (type !== "api_key") return;
  const { key, value = "", add_to } = record(given.api_key);
  if (typeof key !== "string" || key === "") {
    throw new ExecutionException("'auth.api_key.key' is missing");
  }
  if (add_to === "query_param") url.searchParams.set(key, String(value));
  else setHeader(headers, key, String(value));
}

function shortcut({ bearer_token, basic_auth }: Args): Args {
  if (bearer_token !== undefined) {
    return { type: "bearer", bearer: { token: bearer_token } };
  }
  return basic_auth === undefined ? {} : { type: "basic", basic: basic_auth };
}

/** The platform's text would quote the value. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // Said without the value.
    throw new ExecutionException(`Header '${name}' cannot be sent`);
  }
}

function timeout({ timeout }: Args): number {
  const seconds = typeof timeout === "number" && timeout > 0
    ? Math.min(timeout, MOST_SECONDS)
    : DEFAULT_SECONDS;
  return seconds * 1_000;
}

function texts(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(record(value)).map(([name, value]) => [
    name,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
}

function record(value: unknown): Args {
  return isRecord(value) ? value : {};
}
