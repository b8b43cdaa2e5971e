import { errorDetail, keyRefused } from "./_error_detail.ts";
import type { ApiRequest } from "./api_request.ts";
import { retryAfter } from "./_retry_after.ts";

/** Why a try came to nothing. */
export interface ApiFailure {
  /** What to tell, perhaps with a detail. */
  readonly message: string;
  /** Whether the same request may succeed in a while. */
  readonly transient: boolean;
  /** How long the API asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What was thrown, if so. */
  readonly cause?: unknown;
}

/** The most characters of what an API says that are told. */
const LONGEST = 300;

/** Statuses below 500 that say nothing against the request: it may succeed. */
const PASSING = [408, 409, 425, 429];

/** What a status other than success means. */
export function statusFailure(
  request: ApiRequest,
  response: Response,
  text: string,
): ApiFailure {
  const { status, headers } = response;
  // Cut only then: the beginning of a key must not be left at the end.
  const detail = redacted(errorDetail(text), request.secret).slice(0, LONGEST);
  if (status === 401 || keyRefused(text)) {
    // Some answers quote the key in part: nothing of them is repeated.
    return { message: "Invalid API key.", transient: false };
  }
  const retryAfterMs = retryAfter(headers, Date.now());
  if (status === 429) {
    const spent = /insufficient_quota/.test(text);
    const message = "Rate limit exceeded. Please try again later." +
      (spent && detail !== "" ? ` ${detail}` : "");
    return { message, transient: !spent, retryAfterMs };
  }
  const what = detail === "" ? `HTTP ${status}` : `HTTP ${status}: ${detail}`;
  return {
    message: `${occurred(request)} ${what}`,
    transient: PASSING.includes(status) || status >= 500,
    retryAfterMs,
  };
}

/** An answer that is not what the API documents. */
export function answerFailure(request: ApiRequest, what: string): ApiFailure {
  return { message: `${occurred(request)} ${what}`, transient: false };
}

/** An API that could not be reached, or that was silent for too long. */
export function connectionFailure(
  { api, url, timeoutMs }: ApiRequest,
  cause: unknown,
  overdue: boolean,
): ApiFailure {
  const { origin } = new URL(url);
  const what = overdue
    ? `${origin} took longer than ${timeoutMs / 1_000} s`
    : `${origin} cannot be reached`;
  const message = `Failed to connect to the ${api} API. ${what}`;
  return { message, transient: true, cause };
}

function occurred({ api }: ApiRequest): string {
  return `An error occurred with the ${api} API.`;
}

function redacted(text: string, secret: string): string {
  return secret === "" ? text : text.replaceAll(secret, "<REDACTED>");
}
