import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { chat } from "../../lib/chat/chat.ts";
import type {
  ObjectDetails,
  PipeChunk,
  PipeSource,
} from "../../lib/pipe/options.ts";
import { send } from "../../lib/pipe/send.ts";
import {
  ConnectionException,
  ExecutionException,
  PipeException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  gate,
  payloadOf,
  pipeServer,
  refusing,
  RESULT,
} from "../support/pipe_server.ts";
import { sent } from "../support/sent.ts";
import { silent } from "../support/scripted_server.ts";
import { hinted } from "../support/hinted.ts";

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const QUESTION = "application/rocketride-question";

/** A stream of chunks that notes why it was cancelled. */
function watched(
  ...chunks: readonly PipeChunk[]
): {
  readonly stream: ReadableStream<PipeChunk>;
  readonly cancelled: Promise<unknown>;
} {
  const left = [...chunks];
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stream = new ReadableStream<PipeChunk>({
    pull(controller): void {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
    },
    cancel: resolve,
  });
  return { stream, cancelled: promise };
}

Deno.test("an undefined member of objinfo leaves what the source says", async () => {
  await using server = await pipeServer();
  const { session } = server;
  const file = new File(["a"], "a.csv", { type: "text/csv" });
  const objinfo = { name: undefined, size: undefined, tag: 1 };
  await send(session, "tk_1", file, { objinfo });
  await chat(session, "tk_1", "Hello?", { objinfo });
  assertEquals(
    server.requests.map((it) => it.arguments?.object as ObjectDetails)
      .filter(Boolean).map(({ name, tag }) => [name, tag]),
    [["a.csv", 1], ["Question", 1]],
  );
});

Deno.test("a source that fails gives the object up, and its error comes out", async () => {
  const failure = new Error("disk on fire");
  async function* failing(): AsyncGenerator<PipeChunk> {
    yield "a";
    throw failure;
  }
  const stream = new ReadableStream<PipeChunk>({
    pull: (controller) => controller.error(failure),
  });
  for (const source of [failing(), stream]) {
    await using server = await pipeServer();
    assertStrictEquals(
      await assertRejects(() => send(server.session, "tk_1", source)),
      failure,
    );
    await server.received("close");
  }
});

Deno.test("a task that does not run cancels the source", async () => {
  await using server = await pipeServer({
    open: refusing("Your pipeline is not running"),
  });
  const { stream, cancelled } = watched("a");
  const error = await assertRejects(
    () => send(server.session, "tk_1", stream),
    PipeException,
  );
  assertEquals(error.code, "task-not-running");
  assertStrictEquals(await cancelled, error);
});

Deno.test("wrong options cancel the source", async () => {
  await using server = await pipeServer();
  const calls = [
    (source: PipeSource) =>
      send(server.session, "tk_1", source, { frameBytes: 1 }),
    (source: PipeSource) => send(server.session, "", source),
  ];
  for (const call of calls) {
    const { stream, cancelled } = watched("a");
    const error = await call(stream).catch((it) => it);
    assert(error instanceof RangeError || error instanceof TypeError);
    assertStrictEquals(await cancelled, error);
  }
  assertEquals(server.log(), []);
});

Deno.test("a refused write ends a send whose source is idle, at once", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const { stream, cancelled } = watched("a");
  const sending = send(server.session, "tk_1", stream);
  sending.catch(() => {});
  await server.received("write");
  await writes.refuse("Node exploded");
  const error = await assertRejects(() => sending, PipeException);
  assertEquals(error.message, "Node exploded");
  assertStrictEquals(await cancelled, error);
  await server.received("close");
});

Deno.test("a line that drops ends a send whose source is idle, at once", async () => {
  await using server = await pipeServer();
  const { stream, cancelled } = watched();
  const sending = send(server.session, "tk_1", stream);
  sending.catch(() => {});
  await server.received("open");
  await drainMicrotasks();
  server.line.close(1001, "Going away");
  const error = await assertRejects(() => sending, ConnectionException);
  assertEquals(error.message, hinted("Going away", error.hint));
  assertStrictEquals(await cancelled, error);
});

Deno.test("the signal ends a send whose source is idle, and cancels it", async () => {
  await using server = await pipeServer();
  const controller = new AbortController();
  const { signal } = controller;
  const { stream, cancelled } = watched();
  const sending = send(server.session, "tk_1", stream, { signal });
  sending.catch(() => {});
  await server.received("open");
  await drainMicrotasks();
  const reason = new Error("stop");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => sending), reason);
  assertStrictEquals(await cancelled, reason);
  await server.received("close");
});

Deno.test("a generator is ended when the send fails", async () => {
  let ended = false;
  async function* generate(): AsyncGenerator<PipeChunk> {
    try {
      for (;;) yield "a";
    } finally {
      ended = true;
    }
  }
  await using server = await pipeServer({ write: refusing("Node exploded") });
  await assertRejects(
    () => send(server.session, "tk_1", generate(), { framing: "chunk" }),
    PipeException,
  );
  await drainMicrotasks();
  assert(ended);
});

Deno.test("an iterator that cannot be ended does not hide the failure", async () => {
  const source: AsyncIterable<PipeChunk> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: "a" }),
      return(): never {
        throw new Error("not now");
      },
    }),
  };
  for (const mimeType of ["text/plain", QUESTION]) {
    await using server = await pipeServer({ write: refusing("Node exploded") });
    const controller = new AbortController();
    if (mimeType === QUESTION) controller.abort(new Error("Node exploded"));
    await assertRejects(
      () =>
        send(server.session, "tk_1", source, {
          mimeType,
          framing: "chunk",
          signal: controller.signal,
        }),
      Error,
      "Node exploded",
    );
  }
});

Deno.test("a chunk that is nothing is refused, not taken for the end", async () => {
  async function* generate(): AsyncGenerator<PipeChunk> {
    yield "[1]";
    yield undefined as unknown as PipeChunk;
    yield "lost";
  }
  for (const mimeType of ["text/plain", "lane/documents"]) {
    await using server = await pipeServer();
    await assertRejects(
      () => send(server.session, "tk_1", generate(), { mimeType }),
      TypeError,
      "Cannot write a chunk of type undefined",
    );
  }
});

Deno.test("a record is gathered whole and sent in one write", async () => {
  const question = JSON.stringify({ questions: [{ text: "Wer? 🌍" }] });
  const bytes = new TextEncoder().encode(question);
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
  async function* pieces(): AsyncGenerator<PipeChunk> {
    yield* chunks;
  }
  /** As who reads a file into the same piece of memory again and again. */
  async function* reused(): AsyncGenerator<PipeChunk> {
    const memory = new Uint8Array(1);
    for (const chunk of chunks) {
      memory.set(chunk);
      yield memory;
    }
  }
  const sources: readonly PipeSource[] = [
    question,
    bytes,
    new Blob([question]),
    new Response(question),
    pieces(),
    reused(),
  ];
  for (const source of sources) {
    const it = await sent(source, { mimeType: QUESTION });
    assertEquals(it.log, ["open", `write:${question}`, "close"]);
    assertEquals(it.object.size, bytes.length);
  }
});

Deno.test("a record may end with half a surrogate pair", async () => {
  async function* pieces(): AsyncGenerator<PipeChunk> {
    yield "tag\ud83c";
  }
  const it = await sent(pieces(), { mimeType: "application/rocketlib-tag" });
  assertEquals(it.text, "tag\ufffd");
});

Deno.test("a record keeps the name of its file", async () => {
  const it = await sent(new File(["{}"], "q.json"), { mimeType: QUESTION });
  assertEquals(it.object.name, "q.json");
});

Deno.test("a question that is not JSON is refused before any traffic, without showing it", async () => {
  await using server = await pipeServer();
  for (const source of ["my secret", "", new Blob(['{"half":'])]) {
    const error = await assertRejects(
      () => send(server.session, "tk_1", source, { mimeType: QUESTION }),
      ValidationException,
      "it is not one JSON document",
    );
    assertEquals(error.code, "invalid-chunk");
    assert(!error.message.includes("secret"));
  }
  assertEquals(server.log(), []);
});

Deno.test("a record that is too large to be one write is refused before any traffic", async () => {
  await using server = await pipeServer();
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  let read = 0;
  let ended = false;
  async function* endless(): AsyncGenerator<PipeChunk> {
    try {
      for (;;) {
        read += chunk.length;
        yield chunk;
      }
    } finally {
      ended = true;
    }
  }
  await assertRejects(
    () => send(server.session, "tk_1", endless(), { mimeType: QUESTION }),
    RangeError,
    `more than ${MAX_DOCUMENT_BYTES} bytes`,
  );
  assertEquals(read, MAX_DOCUMENT_BYTES + chunk.length);
  await drainMicrotasks();
  assert(ended);
  assertEquals(server.log(), []);
});

Deno.test("the signal ends the gathering of a record, and the source is cancelled", async () => {
  await using server = await pipeServer();
  const controller = new AbortController();
  const { signal } = controller;
  const { stream, cancelled } = watched("{");
  const options = { mimeType: QUESTION, signal };
  const sending = send(server.session, "tk_1", stream, options);
  sending.catch(() => {});
  await drainMicrotasks();
  const reason = new Error("stop");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => sending), reason);
  assertStrictEquals(await cancelled, reason);
  assertEquals(server.log(), []);
});

Deno.test("a result with an error rejects, or is returned where that was asked for", async () => {
  const result = { ...RESULT, error: "Bad page" };
  await using server = await pipeServer({ close: () => result });
  const error = await assertRejects(
    () => send(server.session, "tk_1", "a"),
    ExecutionException,
    "Bad page",
  );
  assertEquals(error.result, result);
  assertEquals(
    await send(server.session, "tk_1", "a", { onPipelineError: "return" }),
    result,
  );
});

Deno.test("a step that takes longer than the timeout ends the send and cancels the source", async () => {
  await using server = await pipeServer({ write: silent });
  const { stream, cancelled } = watched("a");
  const sending = send(server.session, "tk_1", stream, { timeout: 500 });
  sending.catch(() => {});
  await server.received("write");
  await server.clock.advance(500);
  const error = await assertRejects(() => sending, TimeoutException);
  assertStrictEquals(await cancelled, error);
});

Deno.test("a source of many chunks goes through in order, one write at a time", async () => {
  await using server = await pipeServer();
  async function* count(): AsyncGenerator<PipeChunk> {
    for (let i = 0; i < 3_000; i++) yield `${i}\n`;
  }
  await send(server.session, "tk_1", count(), { frameBytes: 4 * 1024 });
  const parts = server.requests.map(payloadOf);
  const whole = await new Blob(parts.map((part) => part.slice())).text();
  assertEquals(
    whole.trimEnd().split("\n"),
    Array.from(
      { length: 3_000 },
      (_, i) => `${i}`,
    ),
  );
  assertEquals(server.mostInFlight, 1);
});

Deno.test("text whose size is known waits until a write is full, however large it is", async () => {
  await using server = await pipeServer();
  const line = new TextEncoder().encode(`${"x".repeat(99)}\n`);
  for (const lines of [30, 90]) {
    let left = lines;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller): void {
        if (left-- > 0) controller.enqueue(line);
        else controller.close();
      },
    });
    const headers = {
      "content-type": "text/plain",
      "content-length": `${line.length * lines}`,
    };
    const response = new Response(stream, { headers });
    await send(server.session, "tk_1", response, { frameBytes: 4 * 1024 });
  }
  const writes = server.requests.filter(({ arguments: args }) =>
    args?.subcommand === "write"
  );
  assertEquals(writes.map((it) => payloadOf(it).length), [
    3_000,
    4_000,
    4_000,
    1_000,
  ]);
});
