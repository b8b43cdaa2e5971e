import { isRecord } from "../../schema/json.ts";
import { onAbort } from "../_abort.ts";

/** What an engine answered, in the terms of the socket. */
export interface Answer {
  /** The body of success. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Why it refused, in its words. */
  readonly error?: string | undefined;
  /** The HTTP status of a refusal, where there was an answer. */
  readonly status?: number | undefined;
}

/** One request. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: BodyInit | ReadableStream<Uint8Array> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks an engine; carries the credential once it is set. */
export interface HttpAsk {
  /** The credential of the session; goes into a header, never into an address. */
  credential: string;
  (request: Ask): Promise<Answer>;
}

/**
 * What headers carry: Latin-1 that prints. Asking the platform would not do:
 * some refuse with words that show the credential, others send what they like.
 */
const CARRIED = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Make what asks the engine at an address. */
export function httpAsk(
  send: typeof fetch,
  base: URL,
  signal: AbortSignal,
): HttpAsk {
  const ask = async (request: Ask): Promise<Answer> => {
    const url = new URL(request.path, base);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = headersOf(request, self.credential);
    if (!headers) {
      return {
        error: "Cannot send credential, name or media type over HTTP: " +
          "it has characters that no header can carry",
      };
    }
    const { method, body } = request;
    return await asking(signal, async (signal) => {
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
        signal,
      };
      return await readAnswer(await send(url, init as RequestInit));
    });
  };
  const self: HttpAsk = Object.assign(ask, { credential: "" });
  return self;
}

/**
 * Ask with a signal of its own. Platforms attach to the signal of a request
 * what they do not always detach; this one goes with the request (field F10).
 */
export async function asking<T>(
  lifetime: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = new AbortController();
  const detach = onAbort(lifetime, (reason) => request.abort(reason));
  try {
    return await work(request.signal);
  } finally {
    detach();
  }
}

/** The headers; none where no header can carry what is to be in them. */
function headersOf(
  { headers }: Ask,
  credential: string,
): Record<string, string> | undefined {
  const all: Record<string, string> = {
    accept: "application/json",
    ...(credential && { authorization: `Bearer ${credential}` }),
    ...headers,
  };
  return Object.values(all).every((value) => CARRIED.test(value))
    ? all
    : undefined;
}

/** Read any of the envelopes of protocol §10.2. */
async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = parsed(text);
  if (isRecord(json) && json.status === "OK") {
    return { body: isRecord(json.data) ? json.data : undefined };
  }
  const error = isRecord(json) ? wordsOf(json) : undefined;
  const { status, statusText } = response;
  return { error: error ?? `HTTP ${status} ${statusText}`.trim(), status };
}

function wordsOf(
  { error, detail }: Record<string, unknown>,
): string | undefined {
  if (isRecord(error)) {
    // Two helpers of the server disagree about the name (§10.2).
    const words = error.message ?? error.error;
    return words === undefined ? undefined : String(words);
  }
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return undefined;
  return detail.map((it) =>
    isRecord(it) ? `${it.msg} (${[it.loc].flat().join(".")})` : String(it)
  ).join("; ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
