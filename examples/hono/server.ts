// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * A server for Node with Hono: `POST /documents` streams an upload into a
 * pipeline and answers with the result.
 *
 *     npm install hono @hono/node-server @rocketride/streams
 *     node server.ts [port]
 *     curl --data-binary @README.md http://localhost:3000/documents
 *
 * One session serves all requests. It persists, and the pipeline is started
 * again when the engine has lost it. Without ROCKETRIDE_URI the server brings an
 * engine of its own.
 *
 * Runs on Node.
 *
 * @module
 */
// deno-lint-ignore no-external-import -- a program for Node
import process from "node:process";
import { serve } from "@hono/node-server";
import { close, connect, isDAPException, send, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { Hono } from "hono";

const pipeline = {
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "hash",
      provider: "hash",
      config: {},
      input: [{ lane: "tags", from: "in" }],
    },
    {
      id: "parse",
      provider: "parse",
      config: {},
      input: [{ lane: "tags", from: "hash" }],
    },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "parse" }],
    },
  ],
};

const session = await connect(
  process.env.ROCKETRIDE_URI
    ? { persist: true }
    : { transport: createEngine().transport(), persist: true },
);
const task = await use(session, { pipeline, keepRunning: true, ttl: 0 });

const app = new Hono();
app.post("/documents", async (context) => {
  const { body, headers, signal } = context.req.raw;
  const mimeType = headers.get("content-type") ?? "application/octet-stream";
  try {
    // The body is read as fast as the pipeline takes it, and given up when the
    // client has gone.
    const result = await send(session, task, body ?? "", { mimeType, signal });
    return context.json(result);
  } catch (error) {
    if (!isDAPException(error)) throw error;
    return context.json({ error: error.message }, 502);
  }
});

const port = Number(process.argv[2] ?? 3000);
const server = serve({ fetch: app.fetch, port }, (address) => {
  console.log(`Listening at http://localhost:${address.port}/`);
});
process.once("SIGINT", async () => {
  server.close();
  await close(session);
  process.exit();
});
