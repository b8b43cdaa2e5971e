import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionException, isDAPException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { readFile, type ReadFileOptions } from "../../lib/store/read_file.ts";
import { readJson, readText } from "../../lib/store/read_text.ts";
import { abortAfter } from "../support/abort_after.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { refusing } from "../support/pipe_server.ts";
import {
  type Handler,
  type Script,
  SILENCE,
  silent,
} from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";
import {
  fileOf,
  reading,
  seekingFileOf,
  storeServer,
} from "../support/store_server.ts";
import { hinted } from "../support/hinted.ts";

const KIB = 1024;
/** The smallest frames that there are. */
const SMALL: ReadFileOptions = { frameBytes: 4 * KIB };
const CONTENT = Uint8Array.from({ length: 33 * KIB }, (_, i) => i % 251);

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

async function bytesOf(stream: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("a file is opened, read and closed", async () => {
  await using server = await storeServer(fileOf(CONTENT));
  const stream = await readFile(server.session, "/a\\b");
  assertEquals(server.requests[0]?.arguments, {
    subcommand: "fs_open",
    path: "a/b",
    mode: "r",
  });
  assertEquals(await bytesOf(stream), CONTENT);
  assertEquals(server.log(), ["fs_open", "fs_read:0+33792", "fs_close"]);
  assertEquals(server.requests[2]?.arguments, {
    subcommand: "fs_close",
    handle: "h",
    mode: "r",
  });
  assertEquals(coreOf(server.session).attachments.size, 0);
});

Deno.test("nothing is read until somebody wants something", async () => {
  await using server = await storeServer(fileOf(CONTENT));
  const stream = await readFile(server.session, "a");
  await drainMicrotasks();
  assertEquals(server.log(), ["fs_open"]);
  await stream.cancel();
  assertEquals(server.log(), ["fs_open", "fs_close"]);
});

Deno.test("a server that seeks and then reads on one handle gives the right bytes", async () => {
  await using server = await storeServer(seekingFileOf(CONTENT));
  for (const readAhead of [1, 4, 64]) {
    const options = { ...SMALL, readAhead };
    const stream = await readFile(server.session, "a", options);
    assertEquals(await bytesOf(stream), CONTENT);
  }
});

Deno.test("one read is in flight at a time, and a slow consumer gets no more than it allows", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_read: silent,
  });
  const options = { ...SMALL, readAhead: 3 };
  const reader = (await readFile(server.session, "a", options)).getReader();
  const first = reader.read();
  const asked: string[] = [];
  for (let index = 0; index < 4; index++) {
    const offset = index * 4096;
    const request = await server.received("fs_read", index);
    asked.push(`fs_read:${offset}+4096`);
    await drainMicrotasks();
    assertEquals(server.log().slice(1), asked);
    server.give(request, CONTENT.subarray(offset, offset + 4096));
    await drainMicrotasks();
  }
  assertEquals((await first).value, CONTENT.slice(0, 4096));
  // Three chunks wait for the consumer.
  assertEquals(server.log().slice(1), asked);
  assertEquals((await reader.read()).value, CONTENT.slice(4096, 8192));
  await server.received("fs_read", 4);
  await reader.cancel();
});

Deno.test("an engine that gives less than it is asked for is asked for the rest", async () => {
  await using server = await storeServer(fileOf(CONTENT, 1_000));
  const stream = await readFile(server.session, "a", SMALL);
  assertEquals(await bytesOf(stream), CONTENT);
});

Deno.test("an engine that tells no size is read until it gives nothing", async () => {
  await using server = await storeServer({
    fs_open: () => ({ handle: "h" }),
    fs_read: reading(CONTENT, 3_000),
  });
  const stream = await readFile(server.session, "a", SMALL);
  assertEquals(await bytesOf(stream), CONTENT);
  const options = { ...SMALL, offset: 33_000, length: 5_000 };
  const end = await readFile(server.session, "a", options);
  assertEquals(await bytesOf(end), CONTENT.subarray(33_000));
});

Deno.test("an empty file needs no read", async () => {
  await using server = await storeServer();
  assertEquals(await readText(server.session, "a"), "");
  assertEquals(server.log(), ["fs_open", "fs_close"]);
});

Deno.test("a part of a file is read", async () => {
  await using server = await storeServer(fileOf(CONTENT));
  for (
    const [offset, length] of [[5, 10], [0, 0], [33_000, 5_000], [40_000, 1]]
  ) {
    const stream = await readFile(server.session, "a", { offset, length });
    const end = offset! + length!;
    assertEquals(await bytesOf(stream), CONTENT.slice(offset, end));
  }
});

for (
  const [offset, told] of [[0, "10000 of 33792"], [4_000, "6000 of 29792"]]
) {
  Deno.test(`a file that gets shorter while it is read is no whole file, from ${offset}`, async () => {
    const shorter = CONTENT.subarray(0, 10_000);
    await using server = await storeServer({
      ...fileOf(CONTENT),
      fs_read: reading(shorter),
    });
    const options = { ...SMALL, offset: Number(offset) };
    const stream = await readFile(server.session, "a", options);
    const error = await assertRejects(() => bytesOf(stream));
    assert(isDAPException(error, "file-not-readable"));
    assertEquals(
      error.message,
      hinted(`File ended after ${told} bytes`, error.hint),
    );
    assertEquals(server.log().at(-1), "fs_close");
  });
}

Deno.test("an open that is refused rejects", async () => {
  await using server = await storeServer({
    fs_open: () => {
      throw new Error("File not found: a");
    },
  });
  const error = await assertRejects(() => readFile(server.session, "a"));
  assert(isDAPException(error, "file-not-found"));
  assertEquals(server.log(), ["fs_open"]);
});

Deno.test("a read that is refused errors the stream and closes the file", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_read: refusing("Disk on fire"),
  });
  const stream = await readFile(server.session, "a");
  await assertRejects(() => bytesOf(stream), Error, "Disk on fire");
  await drainMicrotasks();
  assertEquals(server.log().at(-1), "fs_close");
  assertEquals(coreOf(server.session).attachments.size, 0);
});

Deno.test("a close that is refused spoils nothing that was read", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_close: () => {
      throw new Error("No");
    },
  });
  assertEquals(await bytesOf(await readFile(server.session, "a")), CONTENT);
});

for (
  const [what, body] of [
    ["no handle", {}],
    ["a handle that is no text", { handle: 5 }],
    ["an empty handle", { handle: "" }],
  ] as const
) {
  Deno.test(`an engine that opens with ${what} is not believed`, async () => {
    await using server = await storeServer({ fs_open: () => body });
    const error = await assertRejects(() => readFile(server.session, "a"));
    assert(isDAPException(error, "protocol"));
  });
}

Deno.test("an engine that gives more than it is asked for, or no bytes, is not believed", async () => {
  const tooMuch = fileOf(CONTENT).fs_read!;
  const answers: readonly Handler[] = [
    ({ arguments: args, ...request }, line) =>
      tooMuch({ ...request, arguments: { ...args, length: 5_000 } }, line),
    () => ({ size: 1 }),
  ];
  for (const fs_read of answers) {
    await using server = await storeServer({ ...fileOf(CONTENT), fs_read });
    const stream = await readFile(server.session, "a", SMALL);
    const error = await assertRejects(() => bytesOf(stream));
    assert(isDAPException(error, "protocol"));
  }
});

Deno.test("a signal that aborts while the file is opened closes the late handle", async () => {
  await using server = await storeServer({ fs_open: silent });
  const controller = new AbortController();
  const { signal } = controller;
  const opening = readFile(server.session, "a", { signal });
  const request = await server.received("fs_open");
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => opening), reason);
  server.line.reply(request, { handle: "late", size: 1 });
  const closing = await server.received("fs_close");
  assertEquals(closing.arguments?.handle, "late");
});

Deno.test("an open that times out closes the late handle", async () => {
  await using server = await storeServer({ fs_open: silent });
  const opening = readFile(server.session, "a", { timeout: 500 });
  const request = await server.received("fs_open");
  const failed = assertRejects(() => opening, Error, "within 500 ms");
  await server.clock.advance(500);
  await failed;
  server.line.reply(request, { handle: "late", size: 1 });
  await server.received("fs_close");
});

Deno.test("a signal that has aborted sends nothing", async () => {
  await using server = await storeServer();
  const signal = AbortSignal.abort("before");
  const reason = await readFile(server.session, "a", { signal })
    .then(() => "opened", (it) => it);
  assertEquals(reason, "before");
  assertEquals(server.log(), []);
});

Deno.test("a signal errors the stream at once, though a read is on its way", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_read: silent,
  });
  const controller = new AbortController();
  const { signal } = controller;
  const stream = await readFile(server.session, "a", { ...SMALL, signal });
  const reading = stream.getReader().read();
  await server.received("fs_read");
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => reading), reason);
  await server.received("fs_close");
});

Deno.test("however close a signal comes, the file is closed once and nothing is left", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 600; turns += turns < 60 ? 1 : 9) {
    await using server = await storeServer(fileOf(CONTENT));
    const controller = new AbortController();
    const { signal } = controller;
    abortAfter(turns, controller, new Error("enough"));
    const outcome = await readFile(server.session, "a", { ...SMALL, signal })
      .then(bytesOf).then(() => "read", (error) => error.message);
    outcomes.add(outcome);
    await drainMicrotasks();
    const closes = server.log().filter((it) => it === "fs_close").length;
    const opens = server.log().filter((it) => it === "fs_open").length;
    assertEquals(closes, opens, `after ${turns} turns: ${server.log()}`);
    assertEquals(coreOf(server.session).attachments.size, 0);
  }
  assertEquals([...outcomes].sort(), ["enough", "read"]);
});

Deno.test("cancelling waits for the engine, but five seconds at most", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_close: silent,
  });
  const stream = await readFile(server.session, "a");
  const cancelled = stream.cancel("enough");
  await server.clock.advance(4_999);
  assertEquals(await stateOf(cancelled), "pending");
  await server.clock.advance(1);
  await cancelled;
  assertEquals(coreOf(server.session).attachments.size, 0);
});

Deno.test("a line that drops errors the stream; nothing is sent any more", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_read: silent,
  });
  const reader = (await readFile(server.session, "a")).getReader();
  const reading = reader.read();
  await server.received("fs_read");
  server.line.close(3_999);
  await assertRejects(() => reading, ConnectionException);
  assertEquals(server.log(), ["fs_open", "fs_read:0+33792"]);
});

Deno.test("a line that drops in the turn of the open's answer is told at once", async () => {
  await using server = await storeServer({
    fs_open: (request, line) => {
      line.reply(request, { handle: "h", size: 5 });
      line.close(3_999);
      return SILENCE;
    },
  }, { persist: true });
  const error = await assertRejects(
    () => readFile(server.session, "a"),
    ConnectionException,
    "as the file was opened",
  );
  assert(error.retryable && error.sent);
  const closed = close(server.session);
  await server.clock.advance(15_000);
  await closed;
});

Deno.test("closing the session closes the file", async () => {
  await using server = await storeServer(fileOf(CONTENT));
  const reader = (await readFile(server.session, "a")).getReader();
  await close(server.session);
  assertEquals(server.log().slice(0, 2), ["fs_open", "fs_close"]);
  const error = await assertRejects(() => reader.read(), ConnectionException);
  assertEquals(error.code, "connection-closed");
});

const ENDS: Readonly<
  Record<string, readonly [Script, (stream: Bytes) => Promise<unknown>]>
> = {
  "to its end": [fileOf(CONTENT), bytesOf],
  "until it is cancelled": [fileOf(CONTENT), (stream) => stream.cancel()],
  "until a read is refused": [
    { ...fileOf(CONTENT), fs_read: refusing("Disk on fire") },
    (stream) => assertRejects(() => bytesOf(stream)),
  ],
};

for (const [how, [script, end]] of Object.entries(ENDS)) {
  Deno.test(`a signal is let go of when a file was read ${how}`, async () => {
    await using server = await storeServer(script);
    const counting = countingSignal();
    const options = { signal: counting.signal };
    await end(await readFile(server.session, "a", options));
    assert(counting.attached > 0);
    assertEquals(counting.listeners, 0);
  });
}

Deno.test("a read that is never answered times out", async () => {
  await using server = await storeServer({
    ...fileOf(CONTENT),
    fs_read: silent,
  });
  const stream = await readFile(server.session, "a", { timeout: 1_000 });
  const reading = stream.getReader().read();
  await server.received("fs_read");
  const failed = assertRejects(() => reading, Error, "within 1000 ms");
  await server.clock.advance(1_000);
  await failed;
  await server.received("fs_close");
});

Deno.test("bad input is refused before anything is sent", async () => {
  await using server = await storeServer();
  const { session } = server;
  for (
    const options of [
      { offset: -1 },
      { offset: 0.5 },
      { offset: NaN },
      { length: -1 },
      { frameBytes: 4 * KIB - 1 },
      { frameBytes: 4 * KIB * KIB + 1 },
      { readAhead: 0 },
      { readAhead: 65 },
    ]
  ) {
    await assertRejects(
      () => readFile(session, "a", options),
      RangeError,
    );
  }
  await assertRejects(() => readFile(session, "../a"), Error, "not allowed");
  await assertRejects(() => readFile(session, ""), Error, "root");
  const encoding = "klingon";
  await assertRejects(
    () => readText(session, "a", { encoding }),
    RangeError,
  );
  assertEquals(server.log(), []);
});

Deno.test("text is read in the encoding that is named, across chunks", async () => {
  const text = "Grüße ".repeat(2_000);
  const content = new TextEncoder().encode(`\ufeff${text}`);
  await using server = await storeServer(fileOf(content));
  assertEquals(await readText(server.session, "a", SMALL), text);
  const units = Uint16Array.from(text, (it) => it.charCodeAt(0));
  const wide = new Uint8Array(units.buffer);
  await using other = await storeServer(fileOf(wide));
  const encoding = "utf-16le";
  assertEquals(await readText(other.session, "a", { encoding }), text);
});

Deno.test("bytes that are no text, and text that is no JSON, are not mended", async () => {
  const bad = new Uint8Array(20 * KIB).fill(0x61);
  bad[9_000] = 0xff;
  await using server = await storeServer(fileOf(bad));
  const error = await assertRejects(() => readText(server.session, "x", SMALL));
  assert(isDAPException(error, "file-not-readable"));
  assertEquals(server.log().at(-1), "fs_close");
  const secret = new TextEncoder().encode("password");
  await using other = await storeServer(fileOf(secret));
  const unread = await assertRejects(() => readJson(other.session, "x"));
  assert(isDAPException(unread, "file-not-readable"));
  assertEquals(
    unread.message,
    hinted("Cannot read as JSON: x", unread.hint),
  );
});
