import type { JsonObject } from "../../schema/json.ts";

/** A request that reached a model server. */
export interface ModelCall {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: JsonObject;
}

/** What a model server answers: a response, or JSON with status 200. */
export type ModelAnswer = Response | JsonObject;

/** A server on loopback that plays the API of a model. */
export interface ModelServer {
  /** Its address, without a slash at the end. */
  readonly origin: string;
  /** What has reached it, in order. */
  readonly calls: readonly ModelCall[];
  /**
   * A fetch that brings requests for any host here, so that nodes with fixed
   * addresses can be tried over real HTTP. `calls` still tells the address
   * that was meant.
   */
  readonly fetch: typeof fetch;
}

/** Run a test against a model server; it is shut down afterwards. */
export async function withModelServer(
  answer: (call: ModelCall, at: number) => ModelAnswer | Promise<ModelAnswer>,
  test: (server: ModelServer) => Promise<void>,
): Promise<void> {
  const calls: ModelCall[] = [];
  const meant: string[] = [];
  const stop = new AbortController();
  const onListen = (): void => {};
  const options = { port: 0, hostname: "127.0.0.1", onListen };
  const server = Deno.serve(
    { ...options, signal: stop.signal },
    async (request) => {
      const call: ModelCall = {
        url: meant.shift() ?? request.url,
        headers: Object.fromEntries(request.headers),
        body: await request.json(),
      };
      const at = calls.push(call) - 1;
      const given = await answer(call, at);
      return given instanceof Response ? given : Response.json(given);
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  try {
    await test({
      origin,
      calls,
      fetch: (input, init) => {
        const url = new URL(String(input));
        meant.push(url.href);
        return fetch(origin + url.pathname + url.search, init);
      },
    });
  } finally {
    stop.abort();
    await server.finished;
  }
}

/** A completion in the dialect of OpenAI. */
export function completion(
  content: unknown,
  more: JsonObject = {},
): JsonObject {
  const message = { role: "assistant", content } as JsonObject;
  const choice = { index: 0, message, finish_reason: "stop", ...more };
  return { id: "chatcmpl-1", object: "chat.completion", choices: [choice] };
}
