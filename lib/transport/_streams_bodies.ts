/**
 * Find out whether request bodies may be streams on the way to a server.
 *
 * What a platform says of itself does not tell: Deno, Bun and Workers stream
 * without saying that they do, and browsers say that they do but can do it over
 * HTTP/2 alone. So it is tried, at a path where a body means nothing.
 */
export async function streamsBodies(
  send: typeof fetch,
  base: URL,
  signal: AbortSignal,
): Promise<boolean> {
  const init = {
    method: "POST",
    body: new Blob(["{}"]).stream(),
    duplex: "half",
    signal,
  } as RequestInit;
  try {
    const url = new URL("/version", base);
    // Platforms that know no such bodies make text of them.
    if (new Request(url, init).headers.has("content-type")) return false;
    const response = await send(url, {
      ...init,
      body: new Blob(["{}"]).stream(),
    });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
