import { isRecord } from "../../schema/json.ts";
import { abortable, ignore, onAbort } from "../async.ts";
import { ConnectionException, ProtocolException } from "../errors.ts";

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
interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks an engine; carries the credential once it is set. */
export interface HttpAsk {
  /** The credential of the session; goes into a header, never into an address. */
  credential: string;
  /** Send a request and read its answer; both end when the signal aborts. */
  (request: Ask, signal: AbortSignal): Promise<Answer>;
}

/** What {@linkcode httpAsk} works with. */
interface HttpAskOptions {
  readonly fetch: typeof fetch;
  /** The address of the engine. */
  readonly base: URL;
  /** The most bytes of one response. */
  readonly responseBytes: number;
}

const MOST_REDIRECTS = 5;

/**
 * What headers carry: Latin-1 that prints. Asking the platform would not do:
 * some refuse with words that show the credential, others send what they like.
 */
const CARRIED = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Make what asks the engine at an address. */
export function httpAsk(
  { fetch: send, base, responseBytes }: HttpAskOptions,
): HttpAsk {
  const ask = async (request: Ask, signal: AbortSignal): Promise<Answer> => {
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
    const response = await sendOnOrigin(send, url, {
      method,
      headers,
      ...bodyOf(body),
      signal,
    } as RequestInit);
    return answerOf(response, await textOf(response, responseBytes, signal));
  };
  const self: HttpAsk = Object.assign(ask, { credential: "" });
  return self;
}

/**
 * The body of a request. Deno sends a request again whose connection was lost
 * before its response was whole, if it holds the body as bytes; the engine would
 * then do it twice. It reads a Blob only once.
 */
function bodyOf(body: Ask["body"]): RequestInit & { duplex?: "half" } {
  if (body === undefined) return {};
  if (body instanceof ReadableStream) return { body, duplex: "half" };
  return { body: new Blob([body as BlobPart]) };
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

/**
 * Send a request that no redirect carries to another origin: platforms send
 * body and query along. A redirect within the origin is followed where the
 * same request can be sent again.
 *
 * @throws {ConnectionException} The server redirects elsewhere, or too often.
 */
async function sendOnOrigin(
  send: typeof fetch,
  url: URL,
  init: RequestInit,
): Promise<Response> {
  let at = url;
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    const response = await send(at, { ...init, redirect: "manual" });
    const target = redirectOf(response, at);
    if (!target) return response;
    await response.body?.cancel().catch(ignore);
    // Pages are not shown where a redirect leads.
    if (target === "hidden") throw redirected("");
    if (target.origin !== url.origin) {
      throw redirected(` to "${target.origin}"`);
    }
    const same = response.status >= 307 || (init.method ?? "GET") === "GET";
    if (!same || init.body instanceof ReadableStream) {
      throw redirected(` to "${target.origin}${target.pathname}"`);
    }
    at = target;
  }
  throw redirected(", which has no end");
}

/** Where a response leads, if it is a redirect. */
function redirectOf(
  { headers, status, type }: Response,
  from: URL,
): URL | "hidden" | undefined {
  if (type === "opaqueredirect") return "hidden";
  const location = headers.get("location");
  if (![301, 302, 303, 307, 308].includes(status) || !location) return;
  return URL.canParse(location, from.href) ? new URL(location, from) : "hidden";
}

function redirected(where: string): ConnectionException {
  return new ConnectionException(`Refused a redirect of the server${where}`, {
    code: "connection-failed",
    sent: true,
    hint: "Set `uri` to the address that the server redirects to",
  });
}

/** The text of a response, as far as one may be long. */
async function textOf(
  response: Response,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  // The signal is for the request; what a function of the user's gives as a
  // response need not know it.
  const detach = onAbort(signal, (reason) => {
    reader.cancel(reason).catch(ignore);
  });
  try {
    let text = "";
    for (let size = 0;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > most) throw tooLarge(most);
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    reader.cancel(error).catch(ignore);
    throw error;
  } finally {
    detach();
  }
}

function tooLarge(most: number): ProtocolException {
  return new ProtocolException(`Response has more than ${most} bytes`, {
    hint: "Raise `responseBytes` of httpTransport()",
  });
}

/** Read any of the envelopes that servers use. */
function answerOf({ status, statusText }: Response, text: string): Answer {
  const json = parsed(text);
  if (isRecord(json) && json.status === "OK") {
    return { body: isRecord(json.data) ? json.data : undefined };
  }
  const error = isRecord(json) ? wordsOf(json) : undefined;
  return { error: error ?? `HTTP ${status} ${statusText}`.trim(), status };
}

function wordsOf(
  { error, detail }: Record<string, unknown>,
): string | undefined {
  if (isRecord(error)) return errorWords(error);
  if (!Array.isArray(detail)) return plain(detail);
  const words = detail.map((it) => {
    if (!isRecord(it)) return plain(it) ?? "?";
    const place = [it.loc].flat().map((part) => plain(part) ?? "?");
    return `${plain(it.msg) ?? "?"} (${place.join(".")})`;
  });
  return words.join("; ");
}

/** The words of an error; servers have two names for them. */
export function errorWords(
  { message, error }: Readonly<Record<string, unknown>>,
): string | undefined {
  return plain(message) ?? plain(error);
}

/** A string or number of a server as a string; other values are omitted. */
export function plain(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A request that several callers share; it ends with the last of them. */
interface Asking {
  readonly answer: Promise<boolean>;
  readonly controller: AbortController;
  waiting: number;
}

/** Finds out once whether request bodies may be streams. */
export class StreamingProbe {
  readonly #find: (signal: AbortSignal) => Promise<boolean>;
  #known: boolean | undefined;
  #asking: Asking | undefined;

  /** Make a probe that finds it out like this. */
  constructor(find: (signal: AbortSignal) => Promise<boolean>) {
    this.#find = find;
  }

  /** Whether bodies may be streams; the answer serves all who wait for it. */
  async ask(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.#known !== undefined) return this.#known;
    const asking = this.#asking ??= this.#start();
    asking.waiting++;
    try {
      return this.#known = await abortable(asking.answer, signal);
    } finally {
      // The last caller has left.
      if (--asking.waiting === 0) {
        asking.controller.abort();
        if (this.#asking === asking) this.#asking = undefined;
      }
    }
  }

  #start(): Asking {
    const controller = new AbortController();
    const answer = this.#find(controller.signal);
    return { answer, controller, waiting: 0 };
  }
}

/**
 * Find out whether request bodies may be streams on the way to a server.
 *
 * Feature detection does not help: Deno, Bun and Workers stream without
 * declaring it, and browsers declare it but stream over HTTP/2 only. So a
 * request tries it, at a path that ignores its body.
 *
 * @throws The network fails with any body; the result is unknown.
 */
export async function streamsBodies(
  send: typeof fetch,
  base: URL,
  signal: AbortSignal,
): Promise<boolean> {
  const url = new URL("/version", base);

  async function passes(body: string | ReadableStream): Promise<void> {
    const init = { method: "POST", body, duplex: "half", signal };
    const response = await sendOnOrigin(send, url, init as RequestInit);
    await response.body?.cancel();
  }

  // Platforms that know no such bodies make text of them.
  const init = { method: "POST", body: small(), duplex: "half" } as RequestInit;
  try {
    if (new Request(url, init).headers.has("content-type")) return false;
    await passes(small());
    return true;
  } catch {
    signal.throwIfAborted();
    // Browsers refuse with the words of a network that failed.
    await passes("{}");
    return false;
  }
}

function small(): ReadableStream {
  return new Blob(["{}"]).stream();
}
