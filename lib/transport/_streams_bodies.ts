import { abortable } from "../_abort.ts";
import { sendOnOrigin } from "./_http_ask.ts";

/** A question to a server, for as long as somebody waits for the answer. */
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
      // Without anybody who waits, the request is nobody's.
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
 * What a platform says of itself does not tell: Deno, Bun and Workers stream
 * without saying that they do, and browsers say that they do but can do it over
 * HTTP/2 alone. So it is tried, at a path where a body means nothing.
 *
 * @throws The network fails whatever the body is; nobody knows, then.
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
