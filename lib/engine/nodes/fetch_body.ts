import type { JsonValue } from "../../../schema/json.ts";
import { concat } from "../../bytes.ts";
import { abortable, type Clock, follow, ignore, onAbort } from "../../async.ts";

/** What sending a request needs. */
export interface FetchTools {
  /** HTTP; may ignore its signal. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long a request may last, and how large its answer may be. */
export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Send a request and read the whole body of its response.
 *
 * Redirects are not followed: neither may a key reach another server, nor a
 * request an address that was not checked. A response that arrives after the
 * abort is cancelled.
 *
 * @throws {RangeError} The body is larger than `maxBytes`; the rest is
 * cancelled.
 * @throws {DOMException} `TimeoutError` when the request takes too long.
 * @throws The signal's reason, or what `fetch` throws.
 */
export async function fetchBody(
  url: string | URL,
  init: RequestInit,
  { fetch, clock, signal }: FetchTools,
  { timeoutMs, maxBytes }: FetchLimits,
): Promise<{ response: Response; bytes: Uint8Array }> {
  const controller = new AbortController();
  const detach = follow(controller, signal);
  const cancel = clock.after(timeoutMs, () => {
    const message = `Took longer than ${timeoutMs / 1_000} s`;
    controller.abort(new DOMException(message, "TimeoutError"));
  });
  try {
    controller.signal.throwIfAborted();
    const request = { ...init, redirect: "manual", signal: controller.signal };
    const pending = fetch(url, request as RequestInit);
    onAbort(controller.signal, () => {
      pending.then(({ body }) => body?.cancel()).catch(ignore);
    });
    const response = await abortable(pending, controller.signal);
    const bytes = await readBody(response, maxBytes, controller.signal);
    return { response, bytes };
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    cancel();
    detach();
  }
}

/** Whether an error is that of a request which took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

async function readBody(
  { body }: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const reader = body?.getReader();
  // Cancelling the stream settles a read that waits.
  const detach = onAbort(signal, (reason) => {
    reader?.cancel(reason).catch(ignore);
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.length;
      if (size > maxBytes) {
        throw new RangeError(`Response is larger than ${maxBytes} bytes`);
      }
      parts.push(value);
    }
  } catch (error) {
    reader?.cancel(error).catch(ignore);
    throw error;
  } finally {
    detach();
  }
  return concat(parts);
}

/** A body as JSON; `undefined` for other text, such as the page of a proxy. */
export function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what follows from that.
    return undefined;
  }
}
