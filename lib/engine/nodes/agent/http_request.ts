import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { NodeTask, TaskContext } from "../../node.ts";
import { base64 } from "../base64.ts";
import { configReader } from "../config_reader.ts";
import {
  fetchBody,
  type FetchTools,
  isTimeout,
  jsonOf,
} from "../fetch_body.ts";
import { rateLimit, readRules } from "./http_rules.ts";
import {
  type Args,
  describedTool,
  recordOf,
  type Tool,
  toolCalls,
} from "./tools.ts";
import { textOf } from "../../text_of.ts";

/**
 * Start `tool_http_request`: lets an agent make HTTP requests.
 *
 * Before anything is sent, the method, the URL and the rate are checked
 * against the configuration. Redirects are answered, not followed: they could
 * lead out of what is allowed. A response may have 10 MiB; a request may last
 * 30 seconds unless it says otherwise, and ends with the task or the pipe. A
 * request without an answer throws to the agent; a status of 400 or more is
 * an answer.
 *
 * @param allowHosts Hosts that may be asked; all when absent.
 */
export function startHttpRequest(
  context: TaskContext,
  allowHosts: readonly string[] | undefined,
): NodeTask {
  const rules = readRules(context, allowHosts);
  const limited = rateLimit(configReader(context), context.clock);
  return {
    instance: ({ signal }) => {
      const tool: Tool = {
        ...describedTool("http_request"),
        invoke: async (args) => {
          const request = prepareRequest(args);
          rules.check(request);
          return await limited(() => send(request, { ...context, signal }));
        },
      };
      return { invoke: toolCalls(context.id, [tool]) };
    },
  };
}

/** A request that is ready to be checked and sent. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | FormData | URLSearchParams | undefined;
  readonly timeoutMs: number;
}

const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 300;

/**
 * Convert the arguments of the tool to a request.
 *
 * Shortcuts count only where what they stand for is absent.
 *
 * @throws {ExecutionException} They make no request; the message never has a
 * value that may be secret.
 */
export function prepareRequest(args: Args): PreparedRequest {
  const method = textOf(args.method);
  const url = readUrl(textOf(args.url), recordOf(args.path_params));
  for (const [name, value] of texts(args.query_params)) {
    url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, value] of texts(args.headers)) {
    setHeader(headers, name, value);
  }
  logIn(args, url, headers);
  const [body, contentType] = requestBody(args);
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new ExecutionException(`A ${method} request cannot have a body`);
  }
  if (contentType !== undefined && !headers.has("content-type")) {
    setHeader(headers, "content-type", contentType);
  }
  const { timeout } = args;
  const seconds = typeof timeout === "number" && timeout > 0
    ? Math.min(timeout, MAX_SECONDS)
    : DEFAULT_SECONDS;
  return { method, url, headers, body, timeoutMs: seconds * 1_000 };
}

function readUrl(text: string, params: Args): URL {
  // What looks like a parameter before the path is a port.
  const [, base = "", path = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^]*)$/i.exec(text) ?? [];
  const filled = path.replace(/:([A-Za-z_]\w*)/g, (whole, name: string) => {
    if (!Object.hasOwn(params, name) || params[name] === null) return whole;
    const segment = encodeURIComponent(textOf(params[name]).toWellFormed());
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
  const { type = "none", ...given } = recordOf(args.auth ?? shortcut(args));
  const required = (name: string, value: unknown): string => {
    if (typeof value === "string" && value !== "") return value;
    throw new ExecutionException(`'auth.${name}' is missing`);
  };
  if (type === "basic") {
    const { username = "", password = "" } = recordOf(given.basic);
    const pair = new TextEncoder().encode(
      `${textOf(username)}:${textOf(password)}`,
    );
    setHeader(headers, "authorization", `Basic ${base64(pair)}`);
  }
  if (type === "bearer") {
    const token = required("bearer.token", recordOf(given.bearer).token);
    setHeader(headers, "authorization", `Bearer ${token}`);
  }
  if (type !== "api_key") return;
  const { key, value, add_to } = recordOf(given.api_key);
  const name = required("api_key.key", key);
  const secret = required("api_key.value", value);
  if (add_to === "query_param") url.searchParams.set(name, secret);
  else setHeader(headers, name, secret);
}

/** Models also write an empty string for an argument that they leave out. */
function shortcut({ bearer_token, basic_auth }: Args): Args {
  if (bearer_token !== undefined && bearer_token !== "") {
    return { type: "bearer", bearer: { token: bearer_token } };
  }
  const given = Object.values(recordOf(basic_auth)).some((part) => part !== "");
  return given ? { type: "basic", basic: basic_auth } : {};
}

/** The platform's message would quote the value. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new ExecutionException(`Header '${name}' cannot be sent`);
  }
}

/** The body and its media type, where the platform does not set it. */
function requestBody(
  { body, body_json }: Args,
): [PreparedRequest["body"], string?] {
  if (!isRecord(body)) {
    if (body_json === undefined) return [undefined];
    // Models write JSON as text, too.
    const isText = typeof body_json === "string";
    const json = isText ? body_json : JSON.stringify(body_json);
    return [json, "application/json"];
  }
  switch (body.type ?? "none") {
    case "none":
      return [undefined];
    case "raw": {
      const { content = "", content_type } = recordOf(body.raw);
      return [textOf(content), textOf(content_type ?? "application/json")];
    }
    case "form_data": {
      const form = new FormData();
      for (const [name, value] of texts(body.form_data)) {
        form.append(name, value);
      }
      return [form];
    }
    case "x_www_form_urlencoded":
      return [new URLSearchParams(texts(body.urlencoded))];
    default:
      throw new ExecutionException("'body.type' is unknown");
  }
}

/** The members of a record as text; those that are null count as absent. */
function texts(value: unknown): [string, string][] {
  return Object.entries(recordOf(value)).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const isObject = typeof value === "object";
    return [[name, isObject ? JSON.stringify(value) : String(value)]];
  });
}

const MAX_BYTES = 10 * 1_048_576;

/** Send a request and read the answer, with any status. */
async function send(
  { method, url, headers, body, timeoutMs }: PreparedRequest,
  tools: FetchTools,
): Promise<JsonObject> {
  const { clock, signal } = tools;
  const started = clock.now();
  const init = { method, headers, ...(body !== undefined && { body }) };
  const limits = { timeoutMs, maxBytes: MAX_BYTES };
  try {
    const { response, bytes } = await fetchBody(url, init, tools, limits);
    const { status, statusText, headers } = response;
    const content_type = headers.get("content-type") ?? "";
    const text = decoder(content_type).decode(bytes);
    return {
      status_code: status,
      status_text: statusText,
      headers: Object.fromEntries(headers),
      body: text,
      json: /json|javascript/i.test(content_type) ? jsonOf(text) ?? null : null,
      elapsed_ms: Math.round(clock.now() - started),
      content_type,
    };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof RangeError) {
      throw new ExecutionException(cause.message);
    }
    const what = isTimeout(cause)
      ? `took longer than ${timeoutMs / 1_000} s`
      : "failed";
    // The platform's message would quote the query, which may hold a key.
    const message = `Request to ${url.origin} ${what}`;
    throw new ExecutionException(message, { cause, retryable: true });
  }
}

/** In the charset of the response, where the platform knows it. */
function decoder(contentType: string): TextDecoder {
  const [, charset = "utf-8"] = /charset="?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset);
  } catch {
    // Most unknown ones agree with UTF-8 on most text.
    return new TextDecoder();
  }
}
