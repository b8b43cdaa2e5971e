/** The name or address of a host, and perhaps a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The address of a request. Servers make it from the header `Host`, which may
 * be anything: where that is no host, some give an address that is none, and
 * others throw.
 *
 * @returns The address; `undefined` when the request has none.
 */
export function requestUrl(request: Request): URL | undefined {
  const host = request.headers.get("host");
  if (host && !isHost(host)) return undefined;
  try {
    // Without the header some give the path alone.
    return new URL(request.url, "http://localhost");
  } catch {
    return undefined;
  }
}

function isHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}`);
}
