import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { send } from "../../lib/pipe/send.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import type { Task } from "../../lib/task/task.ts";
import { use } from "../../lib/task/use.ts";
import {
  httpTransport,
  type HttpTransportOptions,
} from "../../lib/transport/http.ts";
import { DIGEST } from "../support/pipelines.ts";

/** Send bytes, and see that they arrive. */
async function digested(
  session: Session,
  task: Task,
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const { metadata } = await send(session, task, bytes);
  const sha = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertStringIncludes(JSON.stringify(metadata), sha.toHex());
}

/** Send bytes by a `fetch` that takes streams or not; tells how they left. */
async function bodiesOf(
  takesStreams: boolean,
  options: HttpTransportOptions = {},
): Promise<string[]> {
  const engine = createEngine();
  const bodies: string[] = [];
  const transport = httpTransport({
    ...options,
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input));
      const streamed = init?.body instanceof ReadableStream;
      const kind = streamed ? "stream" : "bytes";
      if (init?.body) bodies.push(`${kind} ${pathname}`);
      // As Chromium does over HTTP/1.1.
      if (streamed && !takesStreams) throw new TypeError("Failed to fetch");
      return await engine.fetch(new Request(input, init));
    },
  });
  const uri = "http://localhost";
  const session = await connect({ uri, auth: "key", env: {}, transport });
  const task = await use(session, { pipeline: DIGEST });
  for (const text of ["one", "two"]) await digested(session, task, text);
  await close(session);
  await engine.close();
  return bodies.filter((body) => !body.endsWith("/task"));
}

Deno.test("HTTP bodies are streams where the network takes streams, which is asked once", async () => {
  assertEquals(await bodiesOf(true), [
    "stream /version",
    "stream /task/data",
    "stream /task/data",
  ]);
});

Deno.test("HTTP bodies are no streams where the network refuses them", async () => {
  assertEquals(await bodiesOf(false), [
    "stream /version",
    "bytes /version",
    "bytes /task/data",
    "bytes /task/data",
  ]);
});

Deno.test("a network that fails as it is asked is not taken for one without streams", async () => {
  const engine = createEngine();
  let up = true;
  const bodies: string[] = [];
  const transport = httpTransport({
    fetch: async (input, init) => {
      if (!up) throw new TypeError("Network is down");
      const streamed = init?.body instanceof ReadableStream;
      if (init?.body) bodies.push(streamed ? "stream" : "bytes");
      return await engine.fetch(new Request(input, init));
    },
  });
  const uri = "http://localhost";
  const session = await connect({ uri, auth: "key", env: {}, transport });
  const task = await use(session, { pipeline: DIGEST });
  up = false;
  const error = await assertRejects(
    () => digested(session, task, "lost"),
    ConnectionException,
    "Network is down",
  );
  assertEquals([error.sent, error.retryable], [true, true]);
  up = true;
  await digested(session, task, "kept");
  assertEquals(bodies, ["bytes", "stream", "stream"]);
  await close(session);
  await engine.close();
});

Deno.test("nobody is asked how HTTP bodies travel when the user has said so", async () => {
  const data = "/task/data";
  assertEquals(await bodiesOf(true, { streaming: true }), [
    `stream ${data}`,
    `stream ${data}`,
  ]);
  assertEquals(await bodiesOf(true, { streaming: false }), [
    `bytes ${data}`,
    `bytes ${data}`,
  ]);
});
