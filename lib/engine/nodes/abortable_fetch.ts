import { abortable, ignore, onAbort } from "../../async.ts";

/**
 * Send a request that ends with its signal, whatever the given `fetch` makes
 * of signals: whoever waits is released, and a response that comes all the
 * same is let go of.
 *
 * Redirects are not followed: neither must a key reach somebody else, nor a
 * request a place that was not checked.
 *
 * @throws What `fetch` throws, or the signal's reason.
 */
export async function abortableFetch(
  fetch: typeof globalThis.fetch,
  url: string | URL,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Response> {
  const response = fetch(url, { ...init, redirect: "manual", signal });
  onAbort(signal, () => {
    response.then(({ body }) => body?.cancel()).catch(ignore);
  });
  return await abortable(response, signal);
}
