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

Deno.test("a server shows pages where the engine has no route", async () => {
  const asked: string[] = [];
  const page = (
    { method, url }: Request,
  ): Response | Promise<Response> | undefined => {
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname}`);
    if (pathname === "/late") return Promise.reject(new Error("Late"));
    if (pathname === "/broken") throw new Error("Broken");
    return pathname === "/" ? new Response("<h1>Hello</h1>") : undefined;
  };
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine, { page });
  const ask = async (path: string, init = {}): Promise<[number, string]> => {
    const response = await fetch(server.uri + path, init);
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/"), [200, "<h1>Hello</h1>"]);
  assertEquals(await ask("/", { method: "HEAD" }), [200, ""]);
  assertEquals((await ask("/nowhere"))[0], 401);
  assertEquals((await ask("/broken"))[0], 500);
  assertEquals((await ask("/late"))[0], 500);
  assertEquals(asked, [
    "GET /",
    "HEAD /",
    "GET /nowhere",
    "GET /broken",
    "GET /late",
  ]);
  // The engine's own paths, and other methods, are never pages.
  assertEquals((await ask("/version"))[0], 200);
  assertEquals((await ask("/task"))[0], 401);
  assertEquals((await ask("/task/service"))[0], 426);
  assertEquals((await ask("/", { method: "POST", body: "x" }))[0], 401);
  assertEquals(asked.length, 5);
});

Deno.test("pages are guarded as the engine is", async () => {
  await using engine = createEngine();
  const response = await engine.fetch(
    new Request("http://localhost/", { headers: { origin: "http://evil" } }),
    { page: () => new Response("page") },
  );
  assertEquals(response.status, 403);
  await response.body?.cancel();
});
