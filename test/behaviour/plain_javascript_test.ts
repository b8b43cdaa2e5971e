/** Mistakes that types would show, made where nobody looks at types. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  chat,
  close,
  connect,
  createQuestion,
  events,
  pipe,
  send,
  sendFiles,
  type Session,
  setEvents,
  type Task,
  use,
  ValidationException,
  webSocketTransport,
} from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
// deno-lint-ignore no-external-import
import { Readable } from "node:stream";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { TEXT } from "../support/pipelines.ts";

/** What no type checker has seen. */
// deno-lint-ignore no-explicit-any
type Unchecked = (...given: any[]) => Promise<unknown>;

async function withTask(
  test: (session: Session, task: Task) => Promise<void>,
): Promise<void> {
  const engine = createEngine();
  const transport = engine.transport();
  const session = await connect({ transport, auth: "key", env: {} });
  try {
    await test(session, await use(session, { pipeline: TEXT }));
  } finally {
    await close(session);
    await engine.close();
  }
}

function stop(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

async function refused(
  mistake: Unchecked,
  given: readonly unknown[],
  words: string,
): Promise<void> {
  await assertRejects(() => mistake(...given), TypeError, words);
}

Deno.test("options that are none are refused, with what was meant", async () => {
  for (const given of ["http://127.0.0.1:1", null, ["x"], 1]) {
    await refused(connect, [given], "as in connect({ uri, auth })");
  }
  await withTask(async (session, task) => {
    for (const given of [undefined, null, "text.pipe.json"]) {
      await refused(use, [session, given], "as in use(session, { pipeline })");
    }
    for (const given of [null, "text/csv", ["text/csv"]]) {
      await refused(
        pipe,
        [session, task, given],
        "as in pipe(session, task, {",
      );
      await refused(
        send,
        [session, task, "text", given],
        "as in send(session, task, source, {",
      );
      await refused(
        chat,
        [session, task, "What?", given],
        "as in chat(session, task, question, {",
      );
      await refused(
        sendFiles,
        [session, task, [], given],
        "as in sendFiles(session, task, files, {",
      );
      await refused(
        events,
        [session, task, given],
        "as in events(session, task, { types })",
      );
    }
    await refused(events, [session, task], "as in events(");
  });
});

Deno.test("names that other clients use are refused, with the right one", async () => {
  const address = { url: "http://127.0.0.1:1", auth: "key", env: {} };
  await refused(
    connect,
    [address],
    '"url" in connect({ uri, auth }): use "uri"',
  );
  await withTask(async (session, task) => {
    const type = { mimetype: "text/csv" };
    const words = 'mimeType }): use "mimeType"';
    await refused(send, [session, task, "text", type], words);
    await refused(pipe, [session, task, type], words);
  });
});

Deno.test("a stream of Node's that fails before the pipe is open is heard", async () => {
  const engine = createEngine();
  const server = await serveEngine(engine);
  const session = await connect({ uri: server.uri, auth: "key", env: {} });
  const task = await use(session, { pipeline: TEXT });
  const missing = new Readable({
    construct: (done) => done(new Error("no such file")),
  });
  await assertRejects(() => send(session, task, missing), Error, "no such");
  await close(session);
  await server.close();
  await engine.close();
});

Deno.test("a stream of Node's is destroyed, read or not, when it is of no use", async () => {
  await withTask(async (session, task) => {
    const unread = new Readable({ read(): void {} });
    await assertRejects(() => send(session, "tk_unknown", unread));
    const { signal, abort } = stop();
    const idle = new Readable({
      read(): void {
        queueMicrotask(abort);
      },
    });
    const error = await assertRejects(
      () => send(session, task, idle, { signal }),
    );
    assertEquals(error, signal.reason);
    assertEquals([unread.destroyed, idle.destroyed], [true, true]);
  });
});

Deno.test("a stream of Node's that is made too late is destroyed", async () => {
  await withTask(async (session, task) => {
    const { signal, abort } = stop();
    const late = new Readable({ read(): void {} });
    async function make(): Promise<Readable> {
      abort();
      return await Promise.resolve(late);
    }
    const [result] = await sendFiles(session, task, [
      { name: "late.txt", stream: make, signal },
    ]);
    await drainMicrotasks();
    assertEquals([result?.action, late.destroyed], ["error", true]);
  });
});

Deno.test("a pipeline as JSON text is no path, and is not shown", async () => {
  await withTask(async (session) => {
    const text = ` ${JSON.stringify({ ...TEXT, secret: "sk-1" })}`;
    for (const given of [{ filepath: text }, { pipeline: text }]) {
      const error = await assertRejects(
        () => (use as Unchecked)(session, given),
        ValidationException,
        "Cannot use JSON text as a pipeline: expected an object or a path",
      );
      assertEquals(error.code, "invalid-pipeline");
    }
  });
});

Deno.test("events are a list of kinds or names", async () => {
  await withTask(async (session, task) => {
    const words = "Expected a list of events";
    for (const types of ["summary", undefined, null, 1]) {
      await refused(events, [session, task, { types }], words);
      await refused(setEvents, [session, task, types], words);
    }
    await refused(use, [session, { pipeline: TEXT, events: "all" }], words);
  });
});

Deno.test("a credential and a transport are what they should be", async () => {
  const uri = "http://127.0.0.1:1";
  const words = "Cannot use auth of type number";
  await refused(connect, [{ uri, auth: 42, env: {} }], words);
  const transport = webSocketTransport;
  await refused(
    connect,
    [{ uri, auth: "key", transport }],
    "Cannot use transport of type function",
  );
  const engine = createEngine();
  await refused(
    connect,
    [{ auth: "key", transport: engine }],
    "Cannot use transport of type object",
  );
  await engine.close();
});

Deno.test("a media type, an object's details and a framing are looked at", async () => {
  await withTask(async (session, task) => {
    for (
      const mimeType of [
        "csv",
        ".pdf",
        "text plain",
        "text/",
        "lane/foo",
        "lane/table",
        1,
        ["text/plain"],
      ]
    ) {
      const words = `Cannot use the media type ${JSON.stringify(mimeType)}`;
      await refused(send, [session, task, "a", { mimeType }], words);
      await refused(pipe, [session, task, { mimeType }], words);
      await refused(sendFiles, [session, task, [["a", {}, mimeType]]], words);
    }
    for (const objinfo of ["a.txt", ["a.txt"]]) {
      const words = "Expected objinfo to be an object, such as { name }";
      await refused(send, [session, task, "a", { objinfo }], words);
      await refused(pipe, [session, task, { objinfo }], words);
    }
    await assertRejects(
      () => (send as Unchecked)(session, task, "a", { framing: "chunks" }),
      RangeError,
      'Cannot use framing "chunks": expected "auto" or "chunk"',
    );
    // What browsers say of a file that they do not know.
    const unknown = await send(session, task, "a", { mimeType: "" });
    assertEquals(unknown.text, ["a\n\n"]);
    // What a server says of its response is not the caller's mistake.
    const headers = { "content-type": "csv" };
    const { objectId } = await send(
      session,
      task,
      new Response("a", { headers }),
    );
    assertEquals(typeof objectId, "string");
  });
});

Deno.test("a question is no text, and an engine's lists are lists", async () => {
  const unchecked = createQuestion as unknown as (given: unknown) => unknown;
  assertThrows(() => unchecked("What?"), TypeError, "addQuestion(");
  const create = createEngine as unknown as (given: unknown) => unknown;
  const words = (name: string): string => `Expected ${name} to be a list`;
  assertThrows(() => create({ auth: "key" }), TypeError, words("auth"));
  assertThrows(() => create({ nodes: {} }), TypeError, words("nodes"));
  await refused(serveEngine as Unchecked, [], "Expected an engine");
});
