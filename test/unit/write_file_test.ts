import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionException, isDAPException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { writeFile } from "../../lib/store/write_file.ts";
import { writeJson, writeText } from "../../lib/store/write_text.ts";
import { abortAfter } from "../support/abort_after.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, refusing } from "../support/pipe_server.ts";
import { type Script, silent } from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";
import { storeServer } from "../support/store_server.ts";

type Bytes = WritableStream<Uint8Array>;

const SMALLEST = 4 * 1024;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("a string in the place of options is for writeText", async () => {
  await using server = await storeServer();
  const untyped = writeFile as (...args: unknown[]) => Promise<unknown>;
  await assertRejects(
    () => untyped(server.session, "a.txt", "hello"),
    TypeError,
    "use writeText",
  );
  assertEquals(server.log(), []);
});

Deno.test("a file is opened, written and closed", async () => {
  await using server = await storeServer();
  const stream = await writeFile(server.session, "a/b");
  assertEquals(server.requests[0]?.arguments, {
    subcommand: "fs_open",
    path: "a/b",
    mode: "w",
  });
  await new Blob(["abc"]).stream().pipeTo(stream);
  assertEquals(server.log(), ["fs_open", "fs_write:abc", "fs_close"]);
  assertEquals(server.requests[2]?.arguments, {
    subcommand: "fs_close",
    handle: "h",
    mode: "w",
  });
  assertEquals(coreOf(server.session).attachments.size, 0);
});

Deno.test("one write at a time is with the engine; chunks gather meanwhile", async () => {
  const writes = gate();
  await using server = await storeServer({ fs_write: writes.handler });
  const writer = (await writeFile(server.session, "a")).getWriter();
  for (const text of ["a", "b", "c"]) await writer.write(bytes(text));
  const closed = writer.close();
  await drainMicrotasks();
  assertEquals(server.log(), ["fs_open", "fs_write:a"]);
  await writes.answer({ bytesWritten: 1 });
  assertEquals(server.log().slice(2), ["fs_write:bc"]);
  assertEquals(await stateOf(closed), "pending");
  await writes.answer({ bytesWritten: 2 });
  await closed;
  assertEquals(server.log().slice(3), ["fs_close"]);
});

Deno.test("a chunk that is too large for a frame is cut, and waits for room", async () => {
  const writes = gate();
  await using server = await storeServer({ fs_write: writes.handler });
  const options = { frameBytes: SMALLEST };
  const writer = (await writeFile(server.session, "a", options)).getWriter();
  const written = writer.write(new Uint8Array(2 * SMALLEST + 1));
  assertEquals(await stateOf(written), "pending");
  await writes.answer();
  assertEquals(await stateOf(written), "fulfilled");
  const closed = writer.close();
  await drainMicrotasks();
  await writes.answer();
  await writes.answer();
  await closed;
  const sizes = server.requests.slice(1, -1)
    .map(({ arguments: args }) => (args?.data as Uint8Array).length);
  assertEquals(sizes, [SMALLEST, SMALLEST, 1]);
});

Deno.test("what was handed over may be changed at once", async () => {
  const writes = gate();
  await using server = await storeServer({ fs_write: writes.handler });
  const writer = (await writeFile(server.session, "a")).getWriter();
  const chunk = bytes("x");
  await writer.write(chunk);
  await writer.write(chunk);
  chunk[0] = 0x79;
  const closed = writer.close();
  await drainMicrotasks();
  await writes.answer();
  await writes.answer();
  await closed;
  assertEquals(server.log().slice(1, 3), ["fs_write:x", "fs_write:x"]);
});

Deno.test("a file without content is made, too", async () => {
  await using server = await storeServer();
  await writeText(server.session, "a", "");
  await (await writeFile(server.session, "b")).close();
  assertEquals(server.log(), ["fs_open", "fs_close", "fs_open", "fs_close"]);
});

Deno.test("a write that is refused errors the stream and closes the file", async () => {
  await using server = await storeServer({ fs_write: refusing("Full") });
  const stream = await writeFile(server.session, "a");
  const writer = stream.getWriter();
  await writer.write(bytes("a"));
  await assertRejects(() => writer.closed, Error, "Full");
  await assertRejects(() => writer.write(bytes("b")), Error, "Full");
  await drainMicrotasks();
  assertEquals(server.log(), ["fs_open", "fs_write:a", "fs_close"]);
  assertEquals(coreOf(server.session).attachments.size, 0);
  await assertRejects(() => writeText(server.session, "a", "b"), Error, "Full");
});

Deno.test("a close that is refused rejects; the handle is gone all the same", async () => {
  await using server = await storeServer({ fs_close: refusing("Quota") });
  const stream = await writeFile(server.session, "a");
  await assertRejects(() => stream.close(), Error, "Quota");
  await assertRejects(
    () => writeText(server.session, "a", "b"),
    Error,
    "Quota",
  );
  await drainMicrotasks();
  assertEquals(server.log().filter((it) => it === "fs_close").length, 2);
  assertEquals(coreOf(server.session).attachments.size, 0);
});

Deno.test("an engine that has written less than it was given has failed", async () => {
  await using server = await storeServer({
    fs_write: () => ({ bytesWritten: 1 }),
  });
  await assertRejects(
    () => writeText(server.session, "a", "abc"),
    Error,
    "Engine wrote 1 of 3 bytes",
  );
});

Deno.test("an engine that does not count is believed", async () => {
  await using server = await storeServer({ fs_write: () => {} });
  await writeText(server.session, "a", "abc");
  assertEquals(server.log().at(-1), "fs_close");
});

Deno.test("a busy file rejects the open", async () => {
  await using server = await storeServer({
    fs_open: refusing("Open for writing: a"),
  });
  const error = await assertRejects(() => writeFile(server.session, "a"));
  assert(isDAPException(error, "file-busy"));
  assert(error.retryable);
});

Deno.test("an abort closes the file, but only after the write in flight was answered", async () => {
  const writes = gate();
  await using server = await storeServer({ fs_write: writes.handler });
  const writer = (await writeFile(server.session, "a")).getWriter();
  await writer.write(bytes("a"));
  await writer.write(bytes("b"));
  const reason = new Error("enough");
  const aborted = writer.abort(reason);
  assertEquals(await stateOf(aborted), "pending");
  assertEquals(server.log(), ["fs_open", "fs_write:a"]);
  await writes.answer();
  await aborted;
  assertEquals(server.log(), ["fs_open", "fs_write:a", "fs_close"]);
  assertStrictEquals(await assertRejects(() => writer.closed), reason);
});

Deno.test("an abort ends after ten seconds, whatever the engine does not answer", async () => {
  await using server = await storeServer({
    fs_write: silent,
    fs_close: silent,
  });
  const writer = (await writeFile(server.session, "a")).getWriter();
  await writer.write(bytes("a"));
  const aborted = writer.abort("enough");
  await server.clock.advance(5_000);
  assertEquals(server.log().at(-1), "fs_close");
  assertEquals(await stateOf(aborted), "pending");
  await server.clock.advance(5_000);
  await aborted;
});

Deno.test("a signal interrupts a write that waits for room, and a close", async () => {
  for (const step of ["write", "close"] as const) {
    await using server = await storeServer({
      fs_write: step === "write" ? silent : undefined!,
      fs_close: silent,
    });
    const controller = new AbortController();
    const { signal } = controller;
    const options = { frameBytes: SMALLEST, signal };
    const stream = await writeFile(server.session, "a", options);
    const writer = stream.getWriter();
    const waiting = step === "write"
      ? writer.write(new Uint8Array(3 * SMALLEST))
      : writer.close();
    assertEquals(await stateOf(waiting), "pending");
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => waiting), reason);
  }
});

Deno.test("however close a signal comes, the file is closed once and nothing is left", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 200; turns++) {
    await using server = await storeServer();
    const controller = new AbortController();
    const { signal } = controller;
    abortAfter(turns, controller, new Error("enough"));
    const outcome = await writeText(server.session, "a", "abc", { signal })
      .then(() => "written", (error) => error.message);
    outcomes.add(outcome);
    await drainMicrotasks();
    const closes = server.log().filter((it) => it === "fs_close").length;
    const opens = server.log().filter((it) => it === "fs_open").length;
    assertEquals(closes, opens, `after ${turns} turns: ${server.log()}`);
    assertEquals(coreOf(server.session).attachments.size, 0);
  }
  assertEquals([...outcomes].sort(), ["enough", "written"]);
});

Deno.test("a late handle is closed in the mode that it was opened in", async () => {
  await using server = await storeServer({ fs_open: silent });
  const controller = new AbortController();
  const { signal } = controller;
  const opening = writeFile(server.session, "a", { signal });
  const request = await server.received("fs_open");
  controller.abort(new Error("enough"));
  await assertRejects(() => opening, Error, "enough");
  server.line.reply(request, { handle: "late" });
  assertEquals((await server.received("fs_close")).arguments, {
    subcommand: "fs_close",
    handle: "late",
    mode: "w",
    discard: true,
  });
});

Deno.test("a line that drops errors the stream; nothing is sent any more", async () => {
  await using server = await storeServer({ fs_write: silent });
  const writer = (await writeFile(server.session, "a")).getWriter();
  await writer.write(bytes("a"));
  const closed = writer.close();
  server.line.close(3_999);
  await assertRejects(() => closed, ConnectionException);
  assertEquals(server.log(), ["fs_open", "fs_write:a"]);
});

Deno.test("closing the session closes the file after the write in flight", async () => {
  const writes = gate();
  await using server = await storeServer({ fs_write: writes.handler });
  const writer = (await writeFile(server.session, "a")).getWriter();
  await writer.write(bytes("a"));
  const closed = close(server.session);
  await drainMicrotasks();
  await writes.answer();
  await server.received("fs_close");
  await closed;
  const error = await assertRejects(() => writer.closed, ConnectionException);
  assertEquals(error.code, "connection-closed");
});

const WRITES: Readonly<
  Record<string, readonly [Script, (stream: Bytes) => Promise<unknown>]>
> = {
  "to its end": [{}, (stream) => stream.close()],
  "until it is aborted": [{}, (stream) => stream.abort()],
  "until it is refused": [
    { fs_close: refusing("Disk on fire") },
    (stream) => assertRejects(() => stream.close()),
  ],
};

for (const [how, [script, end]] of Object.entries(WRITES)) {
  Deno.test(`a signal is let go of when a file was written ${how}`, async () => {
    await using server = await storeServer(script);
    const counting = countingSignal();
    const options = { signal: counting.signal };
    await end(await writeFile(server.session, "a", options));
    assert(counting.attached > 0);
    assertEquals(counting.listeners, 0);
  });
}

Deno.test("a write that is never answered times out", async () => {
  await using server = await storeServer({ fs_write: silent });
  const stream = await writeFile(server.session, "a", { timeout: 1_000 });
  const writer = stream.getWriter();
  await writer.write(bytes("a"));
  const failed = assertRejects(() => writer.closed, Error, "within 1000 ms");
  await server.clock.advance(1_000);
  await failed;
});

Deno.test("bad input is refused before anything is sent", async () => {
  await using server = await storeServer();
  const { session } = server;
  for (const frameBytes of [0, 4_095, 2 ** 24 + 1, NaN, 5_000.5]) {
    const options = { frameBytes };
    await assertRejects(() => writeFile(session, "a", options), RangeError);
  }
  await assertRejects(() => writeFile(session, "a/../b"), Error, "traversal");
  await assertRejects(() => writeFile(session, "/"), Error, "root");
  await assertRejects(() => writeText(session, "a", "\ud800"), TypeError);
  await assertRejects(() => writeText(session, "a", 5 as never), TypeError);
  await assertRejects(() => writeJson(session, "a", undefined), TypeError);
  await assertRejects(() => writeJson(session, "a", { big: 1n }), TypeError);
  const ring: Record<string, unknown> = {};
  ring.ring = ring;
  await assertRejects(() => writeJson(session, "a", ring), TypeError);
  assertEquals(server.log(), []);
});

Deno.test("a chunk that is no bytes errors the stream and closes the file", async () => {
  for (const chunk of ["text", undefined, null, 5, [1]]) {
    await using server = await storeServer();
    const writer = (await writeFile(server.session, "a")).getWriter();
    await assertRejects(() => writer.write(chunk as never), TypeError);
    await drainMicrotasks();
    assertEquals(server.log(), ["fs_open", "fs_close"]);
  }
});

Deno.test("JSON is indented by two spaces", async () => {
  await using server = await storeServer();
  await writeJson(server.session, "a", { b: [1] });
  const text = '{\n  "b": [\n    1\n  ]\n}';
  assertEquals(server.log()[1], `fs_write:${text}`);
});
