import { assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { serveEngine } from "../../lib/engine/serve/listen/serve_engine.ts";
import { rawInProcess, rawSocket } from "../support/raw_client.ts";
import { chain, entry, testNode } from "../support/test_nodes.ts";

Deno.test("a server can be closed, and its engine goes on", async () => {
  await using engine = createEngine();
  const server = await serveEngine(engine);
  const near = rawInProcess(engine);
  await near.ok("auth");
  const far = await rawSocket(`ws://127.0.0.1:${server.port}/task/service`);
  await far.ok("auth", { auth: "any" });
  assertEquals(server.uri, `http://127.0.0.1:${server.port}`);
  await Promise.all([server.close(), server.close()]);
  assertEquals(await far.ended, { code: 1001, reason: "Server is closed" });
  await near.ok("rrext_ping");
  await assertRejects(() => fetch(server.uri));
  await near.close();
});

Deno.test("an engine may have several servers, each with its own sockets", async () => {
  await using engine = createEngine();
  await using first = await serveEngine(engine, { hostname: "0.0.0.0" });
  assertEquals(new URL(first.uri).hostname, "127.0.0.1");
  const second = await serveEngine(engine);
  const client = await rawSocket(`ws://127.0.0.1:${first.port}/task/service`);
  await second.close();
  await client.ok("auth", { auth: "any" });
  await client.close();
});

Deno.test("a port that is taken, or none, is told", async () => {
  await using engine = createEngine();
  await using server = await serveEngine(engine);
  const { port } = server;
  await assertRejects(
    () => serveEngine(engine, { port }),
    Deno.errors.AddrInUse,
  );
  await assertRejects(() => serveEngine(engine, { port: -1 }), RangeError);
});

Deno.test("closing a server cuts off uploads and frees their slots", async () => {
  const opened = Promise.withResolvers<AbortSignal>();
  const spy = testNode({
    provider: "spy",
    instance: ({ signal }) => {
      opened.resolve(signal);
      return {};
    },
  });
  const engine = createEngine({ nodes: [entry(), spy] });
  const server = await serveEngine(engine);
  const client = rawInProcess(engine);
  await client.ok("auth");
  const pipeline = chain("tags", "a=entry", "b=spy");
  const { token } = await client.ok("execute", { pipeline });
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new Uint8Array(1024)),
  });
  // Cut off, or told of the failure while there still was a line.
  const upload = fetch(`${server.uri}/task/data?token=${token}`, {
    method: "POST",
    headers: { authorization: "any" },
    body: endless,
  }).then((response) => response.body?.cancel(), () => {});
  const signal = await opened.promise;
  const released = new Promise((resolve) => signal.onabort = resolve);
  await server.close();
  await Promise.all([upload, released]);
  const status = await client.ok("rrext_get_task_status", { token });
  assertEquals([status.completedCount, status.failedCount], [0, 1]);
  await client.close();
  await engine.close();
});
