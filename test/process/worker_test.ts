import { assertEquals } from "@std/assert";
import { connect, listTasks } from "@rocketride/streams";
import { getDashboard } from "@rocketride/streams/admin";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import {
  serveWorker,
  type WorkerServer,
} from "../conformance/runtimes/workerd_server.ts";
import { digestOf, useEngine } from "../support/use_engine.ts";

const EXAMPLE = "examples/worker/worker.ts";
const MIB = 1024 * 1024;

/** A server-sent event. */
interface Sent {
  readonly event: string;
  // deno-lint-ignore no-explicit-any -- what an example says, unchecked
  readonly data: any;
}

/** A MiB that no other number has. */
function bodyOf(number: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(MIB).map((_, at) => at * 31 + number);
}

/** `POST` a MiB; answers the events and the digest that it has. */
async function post(
  { origin }: WorkerServer,
  body: Uint8Array<ArrayBuffer>,
): Promise<{ readonly sent: Sent[]; readonly digest: string }> {
  const response = await fetch(origin, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  const sent = (await response.text()).split("\n\n").slice(0, -1)
    .map((block) => {
      const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(
        block,
      )!;
      return { event, data: JSON.parse(data) };
    });
  return { sent, digest: await digestOf(body) };
}

Deno.test("a Worker takes 100 requests at once, each with a MiB for its engine", async () => {
  await using worker = await serveWorker(EXAMPLE);
  // Made beforehand: the server gives up on connections that stay silent.
  const bodies = Array.from({ length: 100 }, (_, number) => bodyOf(number));
  const answers = await Promise.all(bodies.map((body) => post(worker, body)));
  assertEquals(new Set(answers.map(({ digest }) => digest)).size, 100);
  for (const { sent, digest } of answers) {
    const { event, data } = sent.at(-1)!;
    assertEquals([event, data.metadata?.sha256], ["result", digest]);
    assertEquals(
      sent.slice(0, -1).some(({ event }) => event === "apaevt_task"),
      true,
    );
  }
  assertEquals(await worker.stop(), "");
});

Deno.test("a Worker works with the engine that its bindings name", async () => {
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine);
  await using worker = await serveWorker(EXAMPLE, {
    texts: { ROCKETRIDE_URI: server.uri, ROCKETRIDE_APIKEY: "secret" },
  });
  const answers = await Promise.all(
    [1, 2, 3].map((at) => post(worker, bodyOf(at))),
  );
  for (const { sent, digest } of answers) {
    assertEquals(sent.at(-1)?.data.metadata?.sha256, digest);
  }
  assertEquals(await worker.stop(), "");
});

Deno.test("a Worker tells what fails, and what it wants", async () => {
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine);
  await using worker = await serveWorker(EXAMPLE, {
    texts: { ROCKETRIDE_URI: server.uri, ROCKETRIDE_APIKEY: "wrong" },
  });
  const { sent } = await post(worker, bodyOf(1));
  assertEquals(sent.map(({ event }) => event), ["failure"]);
  const { status, body } = await fetch(worker.origin);
  await body?.cancel();
  assertEquals(status, 405);
  assertEquals(await worker.stop(), "");
});

Deno.test("a Durable Object can be an engine, with sockets and HTTP", async () => {
  await using worker = await serveWorker("test/support/engine_worker.ts", {
    objects: { ENGINE: "EngineObject" },
  });
  const uri = worker.origin;
  await useEngine({ uri, auth: "key", env: {} });
  const { status, body } = await fetch(`${uri}/version`);
  await body?.cancel();
  assertEquals(status, 200);
  assertEquals(await worker.stop(), "");
});

Deno.test("a Durable Object keeps a session for all requests, and outlives a failure", async () => {
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine);
  await using worker = await serveWorker("examples/worker/session_object.ts", {
    objects: { PIPELINE: "PipelineObject" },
    texts: { ROCKETRIDE_URI: server.uri, ROCKETRIDE_APIKEY: "secret" },
  });
  const digests = [1, 2, 3, 4].map(async (number) => {
    const body = new Uint8Array(MIB).fill(number);
    const headers = { "content-type": "application/octet-stream" };
    const options = { method: "POST", headers, body };
    const response = await fetch(worker.origin, options);
    const { metadata } = await response.json();
    assertEquals(metadata.sha256, await digestOf(body));
  });
  await Promise.all(digests);
  await using session = await connect({ uri: server.uri, auth: "secret" });
  const { connections } = await getDashboard(session);
  // This one, and one for all requests.
  assertEquals(connections.length, 2);
  assertEquals(await worker.stop(), "");
});

Deno.test("a Cron Trigger sends a feed through a pipeline and leaves nothing", async () => {
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine);
  await using worker = await serveWorker("test/support/cron_worker.ts", {
    texts: {
      FEED: "data:text/plain,news",
      ROCKETRIDE_URI: server.uri,
      ROCKETRIDE_APIKEY: "secret",
    },
  });
  const [{ metadata }] = await (await fetch(worker.origin)).json();
  const news = await digestOf(new TextEncoder().encode("news"));
  assertEquals(metadata.sha256, news);
  await using session = await connect({ uri: server.uri, auth: "secret" });
  const { connections } = await getDashboard(session);
  assertEquals([connections.length, await listTasks(session)], [1, []]);
  assertEquals(await worker.stop(), "");
});
