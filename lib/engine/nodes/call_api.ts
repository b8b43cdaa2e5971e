import { isRecord, type JsonObject } from "../../../schema/json.ts";
import { delay } from "../../async.ts";
import { ExecutionException } from "../../errors.ts";
import { fetchBody, type FetchTools, isTimeout, jsonOf } from "./fetch_body.ts";
import { numberOf, textOf } from "../text_of.ts";

/** One request to the HTTP API of a model. */
export interface ApiRequest {
  /** The API's name in messages. */
  readonly api: string;
  readonly url: string;
  /** The headers besides the content type. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** The key; never part of a message. Empty when there is none. */
  readonly secret: string;
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** What asking an API needs. */
export interface ApiContext extends FetchTools {
  /** Called before each further try. */
  warn(message: string): void;
}

/** Why a try failed. */
export interface ApiFailure {
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** How long the API asks to wait. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

const JSON_TYPE = "application/json";
/** How often one request is tried, the first time included. */
export const MOST_TRIES = 5;
/** The longest wait between two tries, in milliseconds. */
export const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
/** No further try begins later than this after the first. */
const BUDGET_MS = 600_000;
/** Far above any answer of a model; 2,048 vectors need some 150 MB. */
const MAX_BYTES = 256 * 1_024 * 1_024;
/** The most characters of an API's own words in a message. */
const MAX_DETAIL = 300;
/** Statuses below 500 after which the same request may succeed. */
const TRANSIENT = [408, 409, 425, 429];
/** Kinds of reported errors that stay, for answers without a status. */
const PERMANENT = /auth|permission|invalid|insufficient|not_?found|too_large/i;

/**
 * Ask the HTTP API of a model, and again while it fails for transient
 * reasons: connections, overload, server errors.
 *
 * Up to five tries, with a second between the first two and twice as long
 * each time, or what the API asks for up to a minute. Ten minutes after the
 * first try no other begins.
 *
 * @param read Converts the answer's JSON; a returned string says what is
 * wrong with the answer.
 * @throws {ExecutionException} The API refuses, fails or cannot be reached.
 * The message never contains the key.
 * @throws The signal's reason.
 */
export async function callApi<T extends object>(
  request: ApiRequest,
  context: ApiContext,
  read: (body: unknown) => T | string,
): Promise<T> {
  const { clock, signal, warn } = context;
  const started = clock.now();
  for (let attempt = 1;; attempt++) {
    const outcome = await tryOnce(request, context, read);
    if ("value" in outcome) return outcome.value;
    const { message, transient, retryAfterMs, cause } = outcome;
    const wait = transient ? retryWait(attempt, retryAfterMs) : undefined;
    const left = BUDGET_MS - (clock.now() - started);
    if (wait === undefined || wait > left) {
      throw new ExecutionException(message, { retryable: transient, cause });
    }
    warn(`${message} (trying again in ${wait / 1_000} s)`);
    await delay(clock, wait, signal);
  }
}

async function tryOnce<T extends object>(
  request: ApiRequest,
  context: ApiContext,
  read: (body: unknown) => T | string,
): Promise<{ readonly value: T } | ApiFailure> {
  const { api, url, body, timeoutMs } = request;
  const init: RequestInit = { method: "POST", body: JSON.stringify(body) };
  try {
    const { headers } = request;
    init.headers = new Headers({ ...headers, "content-type": JSON_TYPE });
  } catch {
    // No try would change that. The platform's message quotes the key.
    return refused(request, "The key has a character that no header can carry");
  }
  const limits = { timeoutMs, maxBytes: MAX_BYTES };
  let answer: Awaited<ReturnType<typeof fetchBody>>;
  try {
    answer = await fetchBody(url, init, context, limits);
  } catch (cause) {
    context.signal.throwIfAborted();
    if (cause instanceof RangeError) return refused(request, cause.message);
    const what = isTimeout(cause)
      ? `took longer than ${timeoutMs / 1_000} s`
      : "cannot be reached";
    const { origin } = new URL(url);
    const message = `Failed to connect to the ${api} API. ${origin} ${what}`;
    return { message, transient: true, cause };
  }
  const { response, bytes } = answer;
  return readAnswer(request, response, new TextDecoder().decode(bytes), read);
}

function readAnswer<T extends object>(
  request: ApiRequest,
  response: Response,
  text: string,
  read: (body: unknown) => T | string,
): { readonly value: T } | ApiFailure {
  const { status, type } = response;
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    return refused(request, "It redirects elsewhere");
  }
  const body = jsonOf(text);
  if (!response.ok || reportedError(body) !== undefined) {
    return statusFailure(request, response, text);
  }
  // Most likely not the API, but something in front of it.
  if (body === undefined) return refused(request, "The answer is not JSON");
  const found = read(body);
  return typeof found === "string" ? refused(request, found) : { value: found };
}

/**
 * Convert an answer without success to a failure: by its status, or by the
 * error that its body reports with a status of success, as gateways do.
 */
export function statusFailure(
  request: ApiRequest,
  { ok, status: given, headers }: Response,
  text: string,
): ApiFailure {
  const body = jsonOf(text);
  const status = ok ? reportedStatus(reportedError(body)) : given;
  // Redacted before it is cut: a part of a key could be left at the end.
  const words = redacted(errorDetail(body), request.secret);
  const detail = words.slice(0, MAX_DETAIL);
  if (status === 401 || /API_KEY_INVALID|invalid_api_key/.test(text)) {
    // Some answers quote a part of the key.
    return { message: "Invalid API key.", transient: false };
  }
  const retryAfterMs = retryAfter(headers, Date.now());
  if (status === 429) {
    const spent = /insufficient_quota/.test(text);
    const message = "Rate limit exceeded. Please try again later." +
      (spent && detail !== "" ? ` ${detail}` : "");
    return { message, transient: !spent, retryAfterMs };
  }
  const what = [ok ? "" : `HTTP ${status}`, detail].filter((part) => part)
    .join(": ") || "It reports an error without a reason";
  const transient = TRANSIENT.includes(status) || status >= 500;
  return { ...refused(request, what), transient, retryAfterMs };
}

function refused({ api }: ApiRequest, what: string): ApiFailure {
  const message = `An error occurred with the ${api} API. ${what}`;
  return { message, transient: false };
}

function redacted(text: string, secret: string): string {
  return secret === "" ? text : text.replaceAll(secret, "<REDACTED>");
}

/** The error in a body, or in its first choice; some APIs put it into a list. */
function reportedError(body: unknown): unknown {
  const places = [["error"], ["choices", 0, "error"], [0, "error"]];
  return places.map((path) => dig(body, ...path)).find((error) => error);
}

function reportedStatus(error: unknown): number {
  const told = ["code", "status", "type"].map((name) => dig(error, name));
  const number = told.map(numberOf)
    .find((one) => Number.isInteger(one) && one >= 400 && one < 600);
  return number ?? (PERMANENT.test(told.map(textOf).join(" ")) ? 400 : 500);
}

/** The sentence that says what is wrong; empty when there is none. */
function errorDetail(body: unknown): string {
  const error = reportedError(body);
  const found = isRecord(error)
    ? error.message
    : [error, dig(body, "message"), dig(body, "detail")]
      .find((item) => typeof item === "string");
  return typeof found === "string" ? found.trim() : "";
}

/** What is at a path into JSON; `undefined` where nothing is. */
export function dig(
  value: unknown,
  ...path: readonly (string | number)[]
): unknown {
  return path.reduce<unknown>((found, key) => {
    const isList = typeof key === "number" && Array.isArray(found);
    if (!isList && !isRecord(found)) return undefined;
    return Object.hasOwn(found, key) ? found[key as never] : undefined;
  }, value);
}

/**
 * How long to wait after a failed try, counted from 1: a second, and twice as
 * long each time; or what the API asks for. `undefined` after the last try, or
 * when the API asks for more than a minute.
 */
export function retryWait(
  attempt: number,
  retryAfterMs?: number,
): number | undefined {
  if (attempt >= MOST_TRIES) return undefined;
  const doubled = FIRST_WAIT_MS * 2 ** (attempt - 1);
  const wait = retryAfterMs ?? Math.min(doubled, LONGEST_WAIT_MS);
  return wait <= LONGEST_WAIT_MS ? wait : undefined;
}

/**
 * How long a response asks to wait, in milliseconds; `undefined` when it does
 * not. Reads `retry-after-ms`, and `retry-after` as seconds or as a date.
 *
 * @param now The time of day, for dates in responses without one.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const exact = amount(headers.get("retry-after-ms"));
  if (exact !== undefined) return exact;
  const given = headers.get("retry-after");
  const seconds = amount(given);
  if (seconds !== undefined) return seconds * 1_000;
  const until = Date.parse(given ?? "");
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent));
}

function amount(text: string | null): number | undefined {
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}
