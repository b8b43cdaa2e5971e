// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Serves an engine, uses it over a socket and over HTTP, and ends by itself.
 * It may use the network, and has no other permission.
 */
import { close, connect, send, use } from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";

const PIPELINE = {
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
  ],
};

const engine = createEngine({ auth: ["secret"] });
const server = await serveEngine(engine);
const session = await connect({ uri: server.uri, auth: "secret", env: {} });
const task = await use(session, { pipeline: PIPELINE });
const { text } = await send(session, task, "Hello");
const response = await fetch(`${server.uri}/version`);
const { status } = await response.json();
await close(session);
await server.close();
await engine.close();
console.log(JSON.stringify({ text, status }));
