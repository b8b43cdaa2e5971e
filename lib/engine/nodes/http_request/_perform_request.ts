import { type Clock, onAbort } from "../../../async.ts";
import { ExecutionException } from "../../../errors.ts";
import type { JsonValue } from "../../../../schema/json.ts";
import { abortableFetch } from "../abortable_fetch.ts";
import { readBody } from "../read_body.ts";
import type { PreparedRequest } from "./_prepare_request.ts";

/** What sending a request needs. */
export interface RequestTools {
  /** HTTP. */
  readonly fetch: typeof fetch;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Aborts when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

/** What the tool answers. */
export interface ToolResponse {
  /** The HTTP status. */
  readonly status_code: number;
  /** Its words. */
  readonly status_text: string;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly body: string;
  /** The body as JSON; null where it is none. */
  readonly json: JsonValue;
  /** How long it took. */
  readonly elapsed_ms: number;
  /** The media type; empty when it was not told. */
  readonly content_type: string;
}

const MOST_BYTES = 10 * 1_048_576;

/**
 * Send a request and read the answer, whatever its status.
 *
 * @throws {ExecutionException} It failed, took too long or answered too much.
 * @throws The signal's reason, if aborted.
 */
export async function performRequest(
  request: PreparedRequest,
  { fetch, clock, signal }: RequestTools,
): Promise<ToolResponse> {
  const { method, url, headers, body, timeoutMs } = request;
  const controller = new AbortController();
  const detach = onAbort(signal, (reason) => controller.abort(reason));
  const cancel = clock.after(timeoutMs, () => controller.abort(late(request)));
  const started = clock.now();
  try {
    controller.signal.throwIfAborted();
    const response = await abortableFetch(
      fetch,
      url,
      { method, headers, ...(body !== undefined && { body }) },
      controller.signal,
    );
    const bytes = await readBody(response, MOST_BYTES, controller.signal);
    const elapsed_ms = Math.round(clock.now() - started);
    return { ...told(response, bytes), elapsed_ms };
  } catch (error) {
    controller.signal.throwIfAborted();
    if (error instanceof RangeError) {
      throw new ExecutionException(error.message);
    }
    // The platform's text would quote the query, which may hold a key.
    const message = `Request to ${url.origin} failed`;
    throw new ExecutionException(message, { cause: error, retryable: true });
  } finally {
    cancel();
    detach();
  }
}

function told(
  { status, statusText, headers }: Response,
  bytes: Uint8Array,
): Omit<ToolResponse, "elapsed_ms"> {
  const content_type = headers.get("content-type") ?? "";
  const body = decoder(content_type).decode(bytes);
  return {
    status_code: status,
    status_text: statusText,
    headers: Object.fromEntries(headers),
    body,
    json: /json|javascript/i.test(content_type) ? jsonOf(body) : null,
    content_type,
  };
}

/** In the charset that was told, where the platform knows it. */
function decoder(contentType: string): TextDecoder {
  const [, charset = "utf-8"] = /charset="?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset);
  } catch {
    // An unknown one; most of them agree with UTF-8 on most text.
    return new TextDecoder();
  }
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    // The text is in `body`.
    return null;
  }
}

function late({ url, timeoutMs }: PreparedRequest): ExecutionException {
  const seconds = timeoutMs / 1_000;
  return new ExecutionException(
    `Request to ${url.origin} took longer than ${seconds} s`,
    { retryable: true },
  );
}
