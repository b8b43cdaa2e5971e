import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionException } from "../../lib/errors.ts";
import {
  sendEach,
  type SendEachInput,
  type SendEachOptions,
  type SendEachOutput,
} from "../../lib/pipe/send_each.ts";
import { close } from "../../lib/session/connection.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { type UploadServer, uploadServer } from "../support/upload_server.ts";

/** What a reader gets, in short, and how it ended. */
async function told(
  outputs: ReadableStream<SendEachOutput>,
): Promise<unknown[]> {
  const texts: unknown[] = [];
  try {
    for await (const { result, error } of outputs) {
      texts.push(result ? (result.text as string[])[0] : error);
    }
  } catch (error) {
    texts.push(error);
  }
  return texts;
}

function streamOf<T>(values: Iterable<T>): ReadableStream<T> {
  const iterator = values[Symbol.iterator]();
  return new ReadableStream<T>({
    pull(controller): void {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}

function through(
  server: UploadServer,
  inputs: Iterable<SendEachInput>,
  options?: SendEachOptions,
): ReadableStream<SendEachOutput> {
  return streamOf(inputs).pipeThrough(
    sendEach(server.session, "tk_1", options),
  );
}

function named(count: number): { name: string; data: string }[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `${at}`,
    data: `text ${at}`,
  }));
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await drainMicrotasks();
}

Deno.test("sendEach() takes whatever send() takes, and objects with options", async () => {
  await using server = await uploadServer();
  const inputs: SendEachInput[] = [
    "text",
    new TextEncoder().encode("bytes"),
    new Blob(["blob"]),
    new Response("response"),
    streamOf(["stream"]),
    { data: "item", name: "n", mimeType: "text/csv", objinfo: { tag: 1 } },
  ];
  const outputs = through(server, inputs, { mimeType: "text/x-default" });
  assertEquals(await told(outputs), [
    "text",
    "bytes",
    "blob",
    "response",
    "stream",
    "item",
  ]);
  const item = server.objects.find(({ object }) => object.name === "n");
  assertEquals(item?.object.tag, 1);
  assertEquals(item?.mimeType, "text/csv");
  assertEquals(
    server.objects.filter((it) => it.mimeType === "text/x-default").length,
    5,
  );
});

Deno.test("an option of an object that is undefined leaves that of sendEach()", async () => {
  await using server = await uploadServer();
  const input = {
    data: new Uint8Array([97]),
    name: undefined,
    mimeType: undefined,
    onPipelineError: undefined,
    objinfo: { name: undefined, tag: 1 },
  };
  const outputs = through(server, [input], {
    mimeType: "text/csv",
    objinfo: { name: "n", tag: 2 },
  });
  assertEquals(await told(outputs), ["a"]);
  const [{ object, mimeType } = {}] = server.objects;
  assertEquals([object?.name, object?.tag, mimeType], ["n", 1, "text/csv"]);
});

Deno.test("an object whose source fails with nothing has an error all the same", async () => {
  await using server = await uploadServer();
  const data = new ReadableStream({ start: (source) => source.error() });
  const [error] = await told(through(server, [data]));
  assertInstanceOf(error, TypeError);
});

Deno.test("results of sendEach() refer to the very objects that were written", async () => {
  await using server = await uploadServer();
  const inputs = named(3);
  const got: unknown[] = [];
  const pair = sendEach<typeof inputs[number]>(server.session, "tk_1");
  for await (const { input } of streamOf(inputs).pipeThrough(pair)) {
    got.push(input);
  }
  assertEquals(got.length, 3);
  for (const [at, input] of inputs.entries()) {
    assertStrictEquals(got[at], input);
  }
});

Deno.test("an object that fails gives its error, and the stream of sendEach() goes on", async () => {
  const failure = new Error("write");
  await using server = await uploadServer((step, name) => {
    if (step === "write" && name === "1") throw failure;
    return undefined;
  });
  const broken = new ReadableStream({
    pull: (controller) => controller.error(failure),
  });
  const inputs = [
    ...named(3),
    { name: "a", data: broken },
    7 as unknown as string,
    { data: "x", mimetype: "a/b" } as unknown as string,
    { data: "x", mimeType: "nonsense" },
    "last",
  ];
  const [zero, one, two, source, wrong, misnamed, media, last] = await told(
    through(server, inputs),
  );
  assertEquals([zero, two, last], ["text 0", "text 2", "last"]);
  assertEquals((one as Error).message, "write");
  assertStrictEquals(source, failure);
  for (const error of [wrong, misnamed, media]) {
    assertInstanceOf(error, TypeError);
  }
  assertEquals(server.open, 0);
});

Deno.test("results of sendEach() come in the order of the objects, whichever is first done", async () => {
  const gates = new Map<string, () => void>();
  await using server = await uploadServer((step, name) =>
    step === "close"
      ? new Promise((resolve) => gates.set(name, () => resolve(undefined)))
      : undefined
  );
  const outputs = told(through(server, named(4)));
  await settle();
  for (const name of ["3", "1", "0", "2"]) {
    gates.get(name)?.();
    await drainMicrotasks();
  }
  assertEquals(await outputs, ["text 0", "text 1", "text 2", "text 3"]);
});

Deno.test("sendEach() takes nothing more while nobody reads", async () => {
  await using server = await uploadServer();
  let taken = 0;
  function* forever(): Generator<string> {
    for (;;) yield `${taken++}`;
  }
  const outputs = through(server, forever(), { concurrency: 3 });
  const reader = outputs.getReader();
  await settle();
  assertEquals(server.objects.length, 6);
  for (let i = 0; i < 4; i++) await reader.read();
  await settle();
  assertEquals(server.objects.length, 10);
  assert(taken <= 12, `${taken} objects were taken`);
  await reader.cancel();
});

Deno.test("sendEach() has no more objects under way than it may", async () => {
  await using server = await uploadServer();
  const outputs = through(server, named(40), { concurrency: 3 });
  assertEquals((await told(outputs)).length, 40);
  assertEquals(server.mostOpen, 3);
});

const never = (): Promise<undefined> => new Promise(() => {});

Deno.test("cancelling the readable end of sendEach() gives everything up", async () => {
  await using server = await uploadServer((step) =>
    step === "close" ? never() : undefined
  );
  const reason = new Error("enough");
  let cancelled: unknown;
  const rows = new ReadableStream<string>({
    pull: (controller) => controller.enqueue("x"),
    cancel(it): void {
      cancelled = it;
    },
  });
  const pair = sendEach(server.session, "tk_1", { concurrency: 2 });
  const reader = rows.pipeThrough(pair).getReader();
  await settle();
  assertEquals(server.objects.length, 2);
  await reader.cancel(reason);
  await settle();
  assertStrictEquals(cancelled, reason);
  assertEquals(server.open, 0);
});

Deno.test("aborting the writable end of sendEach() gives everything up", async () => {
  const steps: string[] = [];
  await using server = await uploadServer((step) => {
    steps.push(step);
    return step === "write" && steps.filter((it) => it === step).length < 3
      ? never()
      : undefined;
  });
  const { readable, writable } = sendEach(server.session, "tk_1", {
    concurrency: 2,
  });
  const writer = writable.getWriter();
  // The last two wait for room.
  for (const { data } of named(4)) writer.write(data).catch(() => {});
  await settle();
  const reason = new Error("enough");
  const aborted = writer.abort(reason);
  const error = await assertRejects(() => readable.getReader().read());
  assertStrictEquals(error, reason);
  await aborted;
  await settle();
  assertEquals(server.objects.length, 2);
});

Deno.test("a source that fails aborts sendEach() with its error", async () => {
  await using server = await uploadServer();
  const failure = new Error("source");
  const rows = new ReadableStream<string>({
    pull: (controller) => controller.error(failure),
  });
  const outputs = rows.pipeThrough(sendEach(server.session, "tk_1"));
  assertEquals(await told(outputs), [failure]);
});

Deno.test("a signal ends both sides of sendEach() with its reason", async () => {
  await using server = await uploadServer((step) =>
    step === "close" ? never() : undefined
  );
  const stop = new AbortController();
  const { readable, writable } = sendEach(server.session, "tk_1", {
    signal: stop.signal,
  });
  const writer = writable.getWriter();
  await writer.write("x");
  await settle();
  const reason = new Error("enough");
  stop.abort(reason);
  assertStrictEquals(
    await assertRejects(() => readable.getReader().read()),
    reason,
  );
  assertStrictEquals(await assertRejects(() => writer.closed), reason);
  await settle();
  assertEquals(server.open, 0);
  const late = sendEach(server.session, "tk_1", { signal: stop.signal });
  assertStrictEquals(
    await assertRejects(() => late.readable.getReader().read()),
    reason,
  );
});

Deno.test("an object's own signal gives up that object of sendEach() alone", async () => {
  await using server = await uploadServer((step, name) =>
    step === "close" && name === "0" ? never() : undefined
  );
  const stop = new AbortController();
  const reason = new Error("not this one");
  const inputs = [
    { ...named(1)[0]!, signal: stop.signal },
    ...named(2).slice(1),
  ];
  const outputs = told(through(server, inputs));
  await settle();
  stop.abort(reason);
  assertEquals(await outputs, [reason, "text 1"]);
});

Deno.test("the end of the session ends sendEach() after what was written", async () => {
  await using server = await uploadServer((step, name) =>
    step === "close" && name === "1" ? never() : undefined
  );
  const { readable, writable } = sendEach(server.session, "tk_1");
  const writer = writable.getWriter();
  for (const item of named(2)) await writer.write(item);
  await settle();
  await close(server.session, { grace: 1 });
  const [zero, one, end, ...more] = await told(readable);
  assertEquals([zero, more], ["text 0", []]);
  assertInstanceOf(one, ConnectionException);
  assertInstanceOf(end, ConnectionException);
  assertStrictEquals(await assertRejects(() => writer.closed), end);
});

Deno.test("a session that ends after the last object only fails those under way", async () => {
  await using server = await uploadServer((step) =>
    step === "close" ? never() : undefined
  );
  const outputs = told(through(server, named(2)));
  await settle();
  await close(server.session, { grace: 1 });
  const got = await outputs;
  assertEquals(got.length, 2);
  for (const error of got) assertInstanceOf(error, ConnectionException);
});

const WRONG: readonly (readonly [unknown, typeof Error])[] = [
  [{ concurrency: 0 }, RangeError],
  [{ frameBytes: 1 }, RangeError],
  [{ mimeType: "nonsense" }, TypeError],
  [7, TypeError],
];

for (const [options, type] of WRONG) {
  Deno.test(`sendEach() refuses ${JSON.stringify(options)} at once`, async () => {
    await using server = await uploadServer();
    assertThrows(
      () => sendEach(server.session, "tk_1", options as SendEachOptions),
      type,
    );
  });
}
