import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import {
  isDAPException,
  PipeException,
  ValidationException,
} from "../../lib/errors.ts";
import { abortAfter } from "../support/abort_after.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, pipeServer, refusing, RESULT } from "../support/pipe_server.ts";
import { SILENCE, silent } from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";

Deno.test("an abort frees the slot, but only after the write in flight was answered", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.write("a");
  writer.write("b");
  const reason = new Error("enough");
  const aborted = writer.abort(reason);
  assertStrictEquals(await assertRejects(() => target.result), reason);
  assertEquals(server.log(), ["open", "write:a"]);
  assertEquals(await stateOf(aborted), "pending");
  await writes.answer();
  await aborted;
  assertEquals(server.log(), ["open", "write:a", "close"]);
  assert(!target.isOpened);
});

Deno.test("a slot is freed after five seconds even if the write in flight is never answered", async () => {
  await using server = await pipeServer({ write: silent });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.write("a");
  const aborted = writer.abort("enough");
  await server.clock.advance(4_999);
  assertEquals(server.log(), ["open", "write:a"]);
  await server.clock.advance(1);
  assertEquals(server.log(), ["open", "write:a", "close"]);
  await aborted;
});

Deno.test("an abort ends after five seconds even if the engine does not let go", async () => {
  await using server = await pipeServer({ close: silent });
  const target = await pipe(server.session, "tk_1");
  const aborted = target.abort("enough");
  await server.clock.advance(4_999);
  assertEquals(await stateOf(aborted), "pending");
  await server.clock.advance(1);
  await aborted;
});

Deno.test("a refused release is no failure", async () => {
  await using server = await pipeServer({ close: refusing("No") });
  const target = await pipe(server.session, "tk_1");
  await target.abort("enough");
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("however close a signal comes to the close's answer, close and result agree", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 24; turns++) {
    const controller = new AbortController();
    await using server = await pipeServer({
      close: (request, line) => {
        line.reply(request, RESULT);
        abortAfter(turns, controller, new Error("too late"));
        return SILENCE;
      },
    });
    const { signal } = controller;
    const target = await pipe(server.session, "tk_1", { signal });
    const closed = await stateOf(target.close());
    assertEquals(await stateOf(target.result), closed, `${turns} turns`);
    assertEquals(server.log(), ["open", "close"]);
    outcomes.add(closed);
  }
  assertEquals([...outcomes], ["rejected", "fulfilled"]);
});

Deno.test("a refused write fails the pipe and frees its slot", async () => {
  await using server = await pipeServer({ write: refusing("Node exploded") });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.write("a");
  const error = await assertRejects(() => target.result, PipeException);
  assertEquals(error.message, "Node exploded");
  assertEquals(error.phase, "write");
  assertEquals(error.code, "pipe-failed");
  assertStrictEquals(await assertRejects(() => writer.write("b")), error);
  await server.received("close");
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("a pipe that the engine does not know any more is not closed: its number may be another's", async () => {
  const message = "Write pipe with id 0 not found";
  await using server = await pipeServer({ write: refusing(message) });
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  const error = await assertRejects(() => target.result, PipeException);
  assertEquals(error.code, "pipe-closed");
  await drainMicrotasks();
  assertEquals(server.log(), ["open", "write:a"]);
});

Deno.test("the signal interrupts a write that is in flight", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const controller = new AbortController();
  const { signal } = controller;
  const target = await pipe(server.session, "tk_1", {
    signal,
    framing: "chunk",
  });
  const writing = target.getWriter().write("a");
  await server.received("write");
  const reason = new Error("stop");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => writing), reason);
  assertStrictEquals(await assertRejects(() => target.result), reason);
  assertEquals(server.log(), ["open", "write:a"]);
  await writes.answer();
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("the signal interrupts a close, whose request frees the slot by itself", async () => {
  await using server = await pipeServer({ close: silent });
  const controller = new AbortController();
  const { signal } = controller;
  const target = await pipe(server.session, "tk_1", { signal });
  const closing = target.close();
  await server.received("close");
  const reason = new Error("stop");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => closing), reason);
  assertStrictEquals(await assertRejects(() => target.result), reason);
  await drainMicrotasks();
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("the signal interrupts what a close still had to write", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const controller = new AbortController();
  const { signal } = controller;
  const target = await pipe(server.session, "tk_1", { signal });
  const writer = target.getWriter();
  writer.write("a");
  const closing = writer.close();
  closing.catch(() => {});
  await server.received("write");
  controller.abort(new Error("stop"));
  await assertRejects(() => closing, Error, "stop");
  await writes.answer();
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("a signal that aborts after the pipe was over changes nothing", async () => {
  await using server = await pipeServer();
  const controller = new AbortController();
  const { signal } = controller;
  const target = await pipe(server.session, "tk_1", { signal });
  await target.close();
  controller.abort(new Error("late"));
  assertEquals(await target.result, RESULT);
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("disposing an open pipe gives the object up and frees the slot", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  await target[Symbol.asyncDispose]();
  assertEquals(server.log(), ["open", "write:a", "close"]);
  const error = await assertRejects(() => target.result, PipeException);
  assertEquals(error.code, "pipe-closed");
  await target[Symbol.asyncDispose]();
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("disposing a pipe that is being closed leaves it alone", async () => {
  const writes = gate();
  const closes = gate();
  await using server = await pipeServer({
    write: writes.handler,
    close: closes.handler,
  });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  writer.write("a");
  const closing = writer.close();
  await server.received("write");
  await target[Symbol.asyncDispose]();
  await writes.answer();
  await target[Symbol.asyncDispose]();
  await closes.answer(RESULT);
  await closing;
  assertEquals(await target.result, RESULT);
  await target[Symbol.asyncDispose]();
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("a pipe that is being closed counts as closed", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  writer.write("a");
  const closing = writer.close();
  await server.received("write");
  assert(!target.isOpened);
  await writes.answer();
  await closing;
});

Deno.test("what the intake refuses fails the pipe and frees its slot", async () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["application/octet-stream", 5, "TypeError"],
    ["application/octet-stream", null, "TypeError"],
    ["application/octet-stream", { byteLength: -1 }, "TypeError"],
    ["application/rocketride-question", "{", "ValidationException"],
  ];
  for (const [mimeType, chunk, expected] of cases) {
    await using server = await pipeServer();
    const target = await pipe(server.session, "tk_1", { mimeType });
    const writing = target.getWriter().write(chunk as string);
    const error = await assertRejects(() => writing, Error);
    assertEquals(error.name, expected);
    assertStrictEquals(await assertRejects(() => target.result), error);
    await server.received("close");
    assertEquals(server.log(), ["open", "close"]);
  }
});

Deno.test("text that ends inside a character fails the close, and the slot is freed", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", { mimeType: "text/plain" });
  const writer = target.getWriter();
  await writer.write(Uint8Array.of(0x61, 0xc3));
  const error = await assertRejects(() => writer.close(), ValidationException);
  assert(isDAPException(error, "invalid-chunk"));
  assertStrictEquals(await assertRejects(() => target.result), error);
  await server.received("close");
  assertEquals(server.log(), ["open", "close"]);
});
