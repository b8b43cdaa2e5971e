// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * A server for Bun: `POST /documents` streams an upload into a pipeline and
 * answers with the result. The engine is served by the same server, so other
 * programs can connect to it, too.
 *
 *     bun examples/bun_server.ts [port]
 *     curl --data-binary @README.md http://localhost:3000/documents
 *
 * One session serves all requests: it persists, and Bun's sockets, unlike
 * those of a Worker, belong to nobody.
 *
 * Runs on Bun.
 *
 * @module
 */
import { connect, isDAPException, send, use } from "@rocketride/streams";
import { bunWebSocket, createEngine } from "@rocketride/streams/engine";
import pipeline from "./pipelines/fingerprint.pipe.json" with { type: "json" };

/** The part of Bun that is needed here; Bun's own types have it all. */
declare const Bun: {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  serve(options: object): { readonly url: URL };
};

const engine = createEngine();
const { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: auth } = Bun.env;
const session = await connect({
  ...(uri ? { uri, auth } : { transport: engine.transport() }),
  persist: true,
  env: {},
});
const task = await use(session, { pipeline, useExisting: true, ttl: 0 });

async function takeDocument(request: Request): Promise<Response> {
  const mimeType = request.headers.get("content-type") ?? undefined;
  try {
    // The body is read as fast as the pipeline takes it, and given up when
    // the client has gone.
    const result = await send(session, task, request.body ?? "", {
      mimeType,
      signal: request.signal,
    });
    return Response.json(result);
  } catch (error) {
    if (!isDAPException(error)) throw error;
    return Response.json({ error: error.message }, { status: 502 });
  }
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(Bun.argv[2] ?? 3000),
  websocket: bunWebSocket,
  fetch(request: Request, server: unknown): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/documents") {
      return takeDocument(request);
    }
    return engine.fetch(request, server);
  },
});
console.log(`Listening at ${server.url.href}`);
