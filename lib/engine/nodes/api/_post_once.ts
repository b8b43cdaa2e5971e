import { onAbort } from "../../../async.ts";
import { abortableFetch } from "../abortable_fetch.ts";
import {
  answerFailure,
  type ApiFailure,
  connectionFailure,
  statusFailure,
} from "./_api_failure.ts";
import { readBody } from "../read_body.ts";
import type { ApiContext } from "./api_context.ts";
import type { ApiRequest } from "./api_request.ts";

/** What came of one try. */
export type ApiOutcome =
  | { readonly body: unknown }
  | { readonly failure: ApiFailure };

/** Far above any answer of a model; 2,048 vectors need some 150 MB. */
const MOST_BYTES = 256 * 1_024 * 1_024;

/**
 * Send a request once.
 *
 * Redirects are not followed: a key must reach nobody but the API that was
 * named.
 *
 * @throws The reason of the context's signal, and nothing else.
 */
export async function postOnce(
  request: ApiRequest,
  { fetch, clock, signal }: ApiContext,
): Promise<ApiOutcome> {
  signal.throwIfAborted();
  const { url, headers, body } = request;
  const controller = new AbortController();
  let overdue = false;
  const detach = onAbort(signal, (reason) => controller.abort(reason));
  const cancel = clock.after(request.timeoutMs, () => {
    overdue = true;
    controller.abort(new DOMException("Too late", "TimeoutError"));
  });
  try {
    const response = await abortableFetch(
      fetch,
      url,
      {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
      },
      controller.signal,
    );
    const bytes = await readBody(response, MOST_BYTES, controller.signal);
    return outcomeOf(request, response, new TextDecoder().decode(bytes));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RangeError) {
      return { failure: answerFailure(request, error.message) };
    }
    return { failure: connectionFailure(request, error, overdue) };
  } finally {
    cancel();
    detach();
  }
}

function outcomeOf(
  request: ApiRequest,
  response: Response,
  text: string,
): ApiOutcome {
  const { status, type } = response;
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    return { failure: answerFailure(request, "It redirects elsewhere") };
  }
  if (!response.ok) {
    return { failure: statusFailure(request, response, text) };
  }
  try {
    return { body: JSON.parse(text) };
  } catch {
    // Most likely not the API at all, but something in front of it.
    return { failure: answerFailure(request, "The answer is not JSON") };
  }
}
