import { asking } from "./_http_ask.ts";

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
  lifetime: AbortSignal,
): Promise<boolean> {
  const url = new URL("/version", base);

  async function passes(body: string | ReadableStream): Promise<void> {
    await asking(lifetime, async (signal) => {
      const init = { method: "POST", body, duplex: "half", signal };
      const response = await send(url, init as RequestInit);
      await response.body?.cancel();
    });
  }

  // Platforms that know no such bodies make text of them.
  const init = { method: "POST", body: small(), duplex: "half" } as RequestInit;
  try {
    if (new Request(url, init).headers.has("content-type")) return false;
    await passes(small());
    return true;
  } catch {
    // Browsers refuse with the words of a network that failed.
    await passes("{}");
    return false;
  }
}

function small(): ReadableStream {
  return new Blob(["{}"]).stream();
}
