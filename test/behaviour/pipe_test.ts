import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  getTaskStatus,
  pipe,
  PipeException,
  send,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import {
  bomb,
  DIGEST,
  QUESTIONS,
  TEXT,
  through,
  valve,
} from "../support/pipelines.ts";

/** Fails the test by hanging unless the only slot of a task is free. */
async function slotIsFree(
  session: Session,
  task: { readonly token: string },
): Promise<void> {
  const target = await pipe(session, task, { mimeType: "text/plain" });
  await target.close();
}

forEveryTransport("a fetch body is piped into a pipeline", async (options) => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen(): void {} },
    () => new Response("id,name\n1,Ada\n"),
  );
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  const { body } = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  const target = await pipe(session, task, {
    objinfo: { name: "people.csv" },
    mimeType: "text/csv",
  });
  await body!.pipeTo(target);
  const result = await target.result;
  assertEquals(result.text, ["id,name\n1,Ada\n\n\n"]);
  assertEquals(result.name, "people.csv");
  await server.shutdown();
});

forEveryTransport(
  "bytes of any chunk size arrive as they were",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: DIGEST });
    const whole = new Uint8Array(700_001);
    for (let i = 0; i < whole.length; i++) whole[i] = (i * 131) >> 5;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
    for (const chunkBytes of [1_000, 65_536, 1_000_000]) {
      const target = await pipe(session, task, { frameBytes: 100_000 });
      const writer = target.getWriter();
      for (let at = 0; at < whole.length; at += chunkBytes) {
        await writer.ready;
        writer.write(whole.subarray(at, at + chunkBytes));
      }
      await writer.close();
      const { metadata } = await target.result;
      assertEquals(metadata?.sha256, digest.toHex());
    }
  },
);

forEachTransport(
  "text in many chunks is one text, unless chunks are asked for",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const expected = { auto: "one two", chunk: "one \n\ntwo" };
    for (const framing of ["auto", "chunk"] as const) {
      const target = await pipe(session, task, {
        mimeType: "text/plain",
        framing,
      });
      const writer = target.getWriter();
      await writer.write("one ");
      await writer.write("two");
      await writer.close();
      assertEquals((await target.result).text, [`${expected[framing]}\n\n`]);
    }
  },
);

forEveryTransport(
  "text that is cut inside characters arrives whole",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const text = "Grüße 🌍 世界\n".repeat(2_000);
    const bytes = new TextEncoder().encode(text);
    const target = await pipe(session, task, {
      mimeType: "text/plain",
      frameBytes: 4_096,
    });
    const writer = target.getWriter();
    for (let at = 0; at < bytes.length; at += 997) {
      await writer.write(bytes.subarray(at, at + 997));
    }
    await writer.close();
    const [received] = (await target.result).text as string[];
    assertEquals(received?.replaceAll("\n\n", ""), text);
  },
);

forEveryTransport(
  "text in another charset arrives as text",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const target = await pipe(session, task, {
      mimeType: "text/plain; charset=windows-1252",
    });
    await new Blob([Uint8Array.of(0x80, 0x20, 0xfc)]).stream().pipeTo(target);
    assertEquals((await target.result).text, ["€ ü\n\n"]);
  },
);

forEachTransport("each question is a write of its own", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: QUESTIONS });
  const target = await pipe(session, task, {
    mimeType: "application/rocketride-question",
    provider: "chat",
  });
  const writer = target.getWriter();
  for (const text of ["first", "second"]) {
    await writer.write(JSON.stringify({ questions: [{ text }] }));
  }
  await writer.close();
  assertEquals(((await target.result).questions as unknown[]).length, 2);
});

forEachTransport(
  "a pipe without data has a result all the same",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const target = await pipe(session, task, { objinfo: { objectId: "o-1" } });
    assertInstanceOf(target, WritableStream);
    assert(target.isOpened);
    await target.close();
    assert(!target.isOpened);
    assertEquals((await target.result).objectId, "o-1");
  },
);

forEveryTransport("pipes of one task do not meet", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  const open = () => pipe(session, task, { mimeType: "text/plain" });
  const [left, right] = await Promise.all([open(), open()]);
  assert(left.pipeId !== right.pipeId);
  const writers = [left.getWriter(), right.getWriter()];
  for (const piece of ["a", "b", "c"]) {
    await Promise.all(writers.map((it, i) => it.write(`${piece}${i} `)));
  }
  await Promise.all(writers.map((it) => it.close()));
  assertEquals((await left.result).text, ["a0 b0 c0 \n\n"]);
  assertEquals((await right.result).text, ["a1 b1 c1 \n\n"]);
});

forEveryTransport("an aborted pipe frees its slot", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT, threads: 1 });
  const target = await pipe(session, task, { mimeType: "text/plain" });
  const writer = target.getWriter();
  await writer.write("half a sen");
  const reason = new Error("enough");
  await writer.abort(reason);
  assertStrictEquals(await assertRejects(() => target.result), reason);
  await slotIsFree(session, task);
});

const slow = valve();
forEachTransport(
  "the signal ends a pipe whose write the pipeline is working on",
  async (options) => {
    slow.shut();
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("valve"),
      threads: 1,
    });
    const controller = new AbortController();
    const { signal } = controller;
    const target = await pipe(session, task, {
      mimeType: "text/plain",
      framing: "chunk",
      signal,
    });
    const writing = target.getWriter().write("a");
    writing.catch(() => {});
    await slow.reached();
    const reason = new Error("stop");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => writing), reason);
    assertStrictEquals(await assertRejects(() => target.result), reason);
    slow.open();
    await slotIsFree(session, task);
  },
  { nodes: [slow.node] },
);

forEachTransport(
  "a wait for a slot that was given up takes no slot later",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT, threads: 1 });
    const first = await pipe(session, task);
    const controller = new AbortController();
    const waiting = pipe(session, task, { signal: controller.signal });
    waiting.catch(() => {});
    // An answer to a later request shows that the open has reached the engine.
    await getTaskStatus(session, task);
    controller.abort(new Error("no patience"));
    await assertRejects(() => waiting, Error, "no patience");
    await first.close();
    await slotIsFree(session, task);
  },
);

forEveryTransport(
  "closing the session frees the slots of its pipes",
  async (options) => {
    const session = await connect(options);
    await using other = await connect(options);
    await using task = await use(other, { pipeline: TEXT, threads: 1 });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    await target.getWriter().write("half a sen");
    await close(session);
    const error = await assertRejects(() => target.result, ConnectionException);
    assertEquals(error.code, "connection-closed");
    await slotIsFree(other, task);
  },
);

forEveryTransport(
  "a pipe that is left behind frees its slot",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT, threads: 1 });
    {
      await using target = await pipe(session, task, {
        mimeType: "text/plain",
      });
      await target.getWriter().write("half a sen");
    }
    await slotIsFree(session, task);
  },
);

forEveryTransport(
  "a node that fails rejects the close and frees the slot",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("bomb"),
      threads: 1,
    });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    const writer = target.getWriter();
    await writer.write("a");
    const error = await assertRejects(() => writer.close(), PipeException);
    assert(error.message.includes("Node exploded"));
    // Over HTTP, writes are answered with the close.
    assert(error.phase === "write" || error.phase === "close");
    assertStrictEquals(await assertRejects(() => target.result), error);
    await assertRejects(() => send(session, task, "b"), PipeException);
    const ok = await use(session, { pipeline: TEXT });
    assertEquals((await send(session, ok, "c")).text, ["c\n\n"]);
    const again = await pipe(session, task, { mimeType: "text/plain" });
    await again.abort();
  },
  { nodes: [bomb()] },
);

const stuck = valve();
forEachTransport(
  "a task that is terminated fails the pipes in it",
  async (options) => {
    stuck.shut();
    await using session = await connect(options);
    const task = await use(session, { pipeline: through("valve") });
    const target = await pipe(session, task, {
      mimeType: "text/plain",
      framing: "chunk",
    });
    const writing = target.getWriter().write("a");
    writing.catch(() => {});
    await stuck.reached();
    await terminate(session, task);
    const error = await assertRejects(() => writing, PipeException);
    assertEquals(error.code, "task-ended");
    assertStrictEquals(await assertRejects(() => target.result), error);
  },
  { nodes: [stuck.node] },
);

forEachTransport(
  "an engine that goes away fails the pipes in it",
  async (options, engine) => {
    await using session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    await target.getWriter().write("a");
    await engine.close();
    await assertRejects(() => target.result, ConnectionException);
    await session.closed;
  },
);
