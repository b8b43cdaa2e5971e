/** Something that listens on this machine. */
export interface Listening {
  /** Where: `http://127.0.0.1:port`. */
  readonly origin: string;
  /** Hang up on everybody and stop. */
  close(): Promise<void>;
}

/** Serve HTTP on a free port of this machine. */
export function listen(
  answer: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Response | Promise<Response>,
): Listening {
  const stop = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: stop.signal,
    onListen(): void {},
    // Bodies that break on purpose are no news.
    onError: () => new Response(null, { status: 500 }),
  }, answer);
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    async close(): Promise<void> {
      stop.abort();
      await server.finished;
    },
  };
}

/** Let pages of any origin ask, and read the answers. */
export function forAnyOrigin(
  answer: (request: Request, url: URL) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = request.method === "OPTIONS"
      ? new Response(null, { status: 204 })
      : await answer(request, new URL(request.url));
    const { headers } = response;
    headers.set("access-control-allow-origin", "*");
    headers.set("access-control-allow-methods", "*");
    headers.set("access-control-allow-headers", "*");
    headers.set("access-control-expose-headers", "*");
    return response;
  };
}
