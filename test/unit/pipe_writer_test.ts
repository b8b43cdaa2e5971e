import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { pipe } from "../../lib/data/pipe.ts";
import {
  ConnectionException,
  ExecutionException,
  isDAPException,
  PipeException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import type { DataPipe } from "../../lib/data/data_pipe.ts";
import { close } from "../../lib/session/close.ts";
import { coreOf } from "../../lib/session/core.ts";
import { setConnectionParams } from "../../lib/session/set_connection_params.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, payloadOf, pipeServer, RESULT } from "../support/pipe_server.ts";
import { type Script, SILENCE, silent } from "../support/scripted_server.ts";

const MIN_FRAME_BYTES = 4 * 1024;
const KIB = 1024;

function refusing(message: string): Script[string] {
  return () => {
    throw new Error(message);
  };
}

/** What a promise has come to, without waiting for it. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(() => state = "fulfilled", () => state = "rejected");
  await drainMicrotasks();
  return state;
}

Deno.test("a pipe is opened, written to and closed, and its result is the engine's", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  assert(target.isOpened);
  const writer = target.getWriter();
  await writer.write("abc");
  await writer.close();
  assertEquals(server.log(), ["open", "write:abc", "close"]);
  assertEquals(await target.result, RESULT);
  assert(!target.isOpened);
});

Deno.test("a pipe may have the number 0, and every request carries the token twice", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, { token: "tk_1" });
  assertEquals(target.pipeId, 0);
  await target.getWriter().close();
  const [opening, closing] = server.requests;
  assertEquals(opening?.arguments?.token, "tk_1");
  assertEquals(opening?.token, "tk_1");
  assertEquals(closing?.token, "tk_1");
  assertEquals(closing?.arguments, {
    subcommand: "close",
    pipe_id: 0,
    token: "tk_1",
  });
});

Deno.test("F2 one write is in flight, always, and the close waits for it", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  for (let i = 0; i < 5; i++) writer.write("x".repeat(MIN_FRAME_BYTES));
  const closed = writer.close();
  await drainMicrotasks();
  while (writes.waiting > 0) {
    assertEquals(writes.waiting, 1);
    assert(!server.log().includes("close"));
    await writes.answer();
  }
  await closed;
  assertEquals(server.mostInFlight, 1);
  assertEquals(server.log().at(-1), "close");
});

Deno.test("F21 chunks gather while a write is in flight", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  await writer.write("a");
  for (const chunk of ["b", "c", "d"]) await writer.write(chunk);
  assertEquals(server.log(), ["open", "write:a"]);
  await writes.answer();
  assertEquals(server.log(), ["open", "write:a", "write:bcd"]);
  const closed = writer.close();
  await writes.answer();
  await closed;
});

Deno.test("no frame carries more than frameBytes, and a large chunk is cut", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  });
  const whole = crypto.getRandomValues(new Uint8Array(50_000));
  const writer = target.getWriter();
  await writer.write(whole.subarray(0, 45_000));
  await writer.write(whole.subarray(45_000));
  await writer.close();
  const sent = server.requests.map(payloadOf);
  assert(sent.every((part) => part.length <= MIN_FRAME_BYTES));
  assertEquals(await new Blob(sent.map((part) => part.slice())).bytes(), whole);
});

Deno.test("the next frame is filled while the one before it is in flight", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  })).getWriter();
  const written = writer.write(new Uint8Array(2 * MIN_FRAME_BYTES));
  assertEquals(await stateOf(written), "fulfilled");
  assertEquals(server.log().length, 2);
  await writes.answer();
  assertEquals(server.log().length, 3);
  const closed = writer.close();
  await writes.answer();
  await closed;
});

Deno.test("a chunk may be reused as soon as its write has settled", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  const chunk = new Uint8Array([1, 2, 3]);
  await writer.write(chunk);
  chunk.fill(9);
  await writer.write(chunk);
  chunk.fill(0);
  await writes.answer();
  const closed = writer.close();
  await writes.answer();
  await closed;
  assertEquals(server.requests.slice(1, 3).map((it) => [...payloadOf(it)]), [
    [1, 2, 3],
    [9, 9, 9],
  ]);
});

Deno.test("S1 a success without a pipe id is a failed open", async () => {
  for (const body of [undefined, {}, { pipe_id: null }, { pipe_id: "1" }]) {
    await using server = await pipeServer({ open: () => body });
    const error = await assertRejects(
      () => pipe(server.session, "tk_1"),
      PipeException,
      "Engine could not open the pipe",
    );
    assertEquals(error.phase, "open");
    assertEquals(error.code, "pipe-failed");
    assert(error.hint);
  }
});

Deno.test("S1 a success without a result is a failed close", async () => {
  for (const body of [undefined, {}, { text: [] }]) {
    await using server = await pipeServer({ close: () => body });
    const target = await pipe(server.session, "tk_1");
    const error = await assertRejects(
      () => target.close(),
      PipeException,
      "Engine could not close the pipe",
    );
    assertEquals(error.phase, "close");
    assertStrictEquals(
      await assertRejects(() => target.result),
      error,
    );
    assertEquals(server.log(), ["open", "close"]);
  }
});

Deno.test("a refused open says why in the engine's words and in ours", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Your pipeline is not running", "task-not-running"],
    ["Task has already completed", "task-ended"],
    ["Something new", "pipe-failed"],
    ["", "pipe-failed"],
  ];
  for (const [message, code] of cases) {
    await using server = await pipeServer({ open: refusing(message) });
    const error = await assertRejects(
      () => pipe(server.session, "tk_1"),
      PipeException,
    );
    assertEquals(error.code, code);
    assertEquals(
      error.message,
      message || 'Engine refused "rrext_process" without a message',
    );
    assertEquals(error.dapResult.success, false);
  }
});

Deno.test("F3 an abort frees the slot, but only after the write in flight was answered", async () => {
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

Deno.test("F3 a slot is freed after five seconds even if the write in flight is never answered", async () => {
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

Deno.test("F3 an abort ends after five seconds even if the engine does not let go", async () => {
  await using server = await pipeServer({ close: silent });
  const target = await pipe(server.session, "tk_1");
  const aborted = target.abort("enough");
  await server.clock.advance(4_999);
  assertEquals(await stateOf(aborted), "pending");
  await server.clock.advance(1);
  await aborted;
});

Deno.test("F3 a refused release is no failure", async () => {
  await using server = await pipeServer({ close: refusing("No") });
  const target = await pipe(server.session, "tk_1");
  await target.abort("enough");
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("F3 a pipe that opens after the wait was given up is closed at once", async () => {
  const opens = gate();
  await using server = await pipeServer({ open: opens.handler });
  const controller = new AbortController();
  const { signal } = controller;
  const opened = pipe(server.session, "tk_1", { signal });
  await server.received("open");
  const reason = new Error("no patience");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => opened), reason);
  await opens.answer({ pipe_id: 7 });
  assertEquals(server.log(), ["open", "close"]);
  assertEquals(server.requests[1]?.arguments?.pipe_id, 7);
});

Deno.test("F3 a pipe that opens after its timeout is closed, one that fails late is not", async () => {
  for (const fails of [false, true]) {
    const opens = gate();
    await using server = await pipeServer({ open: opens.handler });
    const opened = pipe(server.session, "tk_1", { timeout: 50 });
    opened.catch(() => {});
    await server.received("open");
    await server.clock.advance(50);
    await assertRejects(() => opened, TimeoutException);
    if (fails) await opens.refuse("No");
    else await opens.answer({ pipe_id: 0 });
    assertEquals(server.log(), fails ? ["open"] : ["open", "close"]);
  }
});

Deno.test("F3 however close a signal comes to the open's answer, the slot is freed once", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 24; turns++) {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("too late");
    async function abortSoon(): Promise<void> {
      for (let i = 0; i < turns; i++) await undefined;
      controller.abort(reason);
    }
    await using server = await pipeServer({
      open: (request, line) => {
        line.reply(request, { pipe_id: 0 });
        abortSoon();
        return SILENCE;
      },
    });
    const opened = pipe(server.session, "tk_1", { signal });
    outcomes.add(await stateOf(opened));
    const outcome = opened.then((target) => target.getWriter().closed);
    assertStrictEquals(await assertRejects(() => outcome), reason);
    assertEquals(server.log(), ["open", "close"], `${turns} turns`);
  }
  assertEquals([...outcomes], ["rejected", "fulfilled"]);
});

Deno.test("however close a signal comes to the close's answer, close and result agree", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 24; turns++) {
    const controller = new AbortController();
    async function abortSoon(): Promise<void> {
      for (let i = 0; i < turns; i++) await undefined;
      controller.abort(new Error("too late"));
    }
    await using server = await pipeServer({
      close: (request, line) => {
        line.reply(request, RESULT);
        abortSoon();
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

Deno.test("a line that drops in the very turn of the open's answer fails the open", async () => {
  await using server = await pipeServer({
    open: (request, line) => {
      line.reply(request, { pipe_id: 0 });
      line.close(1001, "Going away");
      return SILENCE;
    },
  });
  await assertRejects(
    () => pipe(server.session, "tk_1"),
    ConnectionException,
    "Going away",
  );
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

Deno.test("S4 a pipe that the engine does not know any more is not closed: its number may be another's", async () => {
  const message = "Write pipe with id 0 not found";
  await using server = await pipeServer({ write: refusing(message) });
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  const error = await assertRejects(() => target.result, PipeException);
  assertEquals(error.code, "pipe-closed");
  await drainMicrotasks();
  assertEquals(server.log(), ["open", "write:a"]);
});

Deno.test("a write that fails while others wait fails them all with the same error", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  });
  const writer = target.getWriter();
  const pending = [1, 2, 3].map(() => writer.write(new Uint8Array(5 * KIB)));
  const outcomes = Promise.allSettled([...pending.slice(1), writer.close()]);
  await server.received("write");
  await writes.refuse("Node exploded");
  const reasons = (await outcomes).map((it) =>
    it.status === "rejected" ? it.reason : it.status
  );
  assert(reasons.every((it) => it === reasons[0]));
  assertStrictEquals(await assertRejects(() => target.result), reasons[0]);
});

Deno.test("a pipe that was closed takes nothing more", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.close();
  await assertRejects(() => writer.write("a"), TypeError);
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("F4 the signal interrupts a write that is in flight", async () => {
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

Deno.test("a signal that was aborted before sends nothing", async () => {
  await using server = await pipeServer();
  const signal = AbortSignal.abort("never");
  const reason = await pipe(server.session, "tk_1", { signal }).catch((it) =>
    it
  );
  assertEquals(reason, "never");
  assertEquals(server.log(), []);
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

Deno.test("each step has its timeout, and the pipe fails with it", async () => {
  for (const step of ["write", "close"]) {
    await using server = await pipeServer({ [step]: silent });
    const target = await pipe(server.session, "tk_1", { timeout: 2_000 });
    const writer = target.getWriter();
    writer.write("a");
    const closing = writer.close();
    closing.catch(() => {});
    await server.received(step);
    await server.clock.advance(1_999);
    assertEquals(await stateOf(target.result), "pending");
    await server.clock.advance(1);
    const error = await assertRejects(() => closing, TimeoutException);
    assertEquals(error.timeout, 2_000);
    assertStrictEquals(await assertRejects(() => target.result), error);
  }
});

Deno.test("without a timeout the steps of a pipe wait for as long as the task runs", async () => {
  const opens = gate();
  const closes = gate();
  await using server = await pipeServer({
    open: opens.handler,
    close: closes.handler,
    rrext_get_task_status: () => ({ state: 3, completed: false }),
  });
  const opening = pipe(server.session, "tk_1");
  await server.received("open");
  await server.clock.advance(600_000);
  await opens.answer({ pipe_id: 1 });
  const target = await opening;
  const closing = target.close();
  await server.received("close");
  await server.clock.advance(600_000);
  await closes.answer(RESULT);
  await closing;
});

Deno.test("the session's requestTimeout bounds the steps of a pipe", async () => {
  await using server = await pipeServer({ open: silent }, {
    requestTimeout: 700,
  });
  const opening = pipe(server.session, "tk_1");
  opening.catch(() => {});
  await server.received("open");
  await server.clock.advance(700);
  const error = await assertRejects(() => opening, TimeoutException);
  assertEquals(error.timeout, 700);
});

Deno.test("S2 a write whose task has died fails with the task's last words", async () => {
  await using server = await pipeServer({
    write: silent,
    rrext_get_task_status: () => ({
      state: 6,
      completed: true,
      exitMessage: "Out of memory",
    }),
  });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.write("a");
  await server.clock.advance(15_000);
  const error = await assertRejects(
    () => target.result,
    PipeException,
    "Out of memory",
  );
  assertEquals(error.code, "task-ended");
  await server.clock.advance(10_000);
  assertEquals(server.log(), ["open", "write:a", "rrext_get_task_status"]);
});

Deno.test("a line that drops fails the pipe, and nothing is sent any more", async () => {
  await using server = await pipeServer({ write: silent });
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.write("a");
  const closing = writer.close();
  server.line.close(1001, "Going away");
  const error = await assertRejects(() => closing, ConnectionException);
  assertEquals(error.message, "Going away");
  assertEquals(error.code, "connection-lost");
  assertStrictEquals(await assertRejects(() => target.result), error);
  assertEquals(server.log(), ["open", "write:a"]);
});

Deno.test("S4 a pipe of an older line is not closed on the new one: its number may be another's", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  await setConnectionParams(server.session, {});
  const error = await assertRejects(() => target.result, ConnectionException);
  assertEquals(error.code, "connection-closed");
  await server.clock.advance(10_000);
  assertEquals(server.log(), ["open", "write:a"]);
});

Deno.test("S5 a session that is closed frees the slots of its open pipes first", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const idle = await pipe(server.session, "tk_1");
  const busy = await pipe(server.session, "tk_1");
  await busy.getWriter().write("a");
  const closed = close(server.session);
  for (const target of [idle, busy]) {
    const error = await assertRejects(() => target.result, ConnectionException);
    assertEquals(error.code, "connection-closed");
  }
  await drainMicrotasks();
  assertEquals(server.log(), ["open", "open", "write:a", "close"]);
  await writes.answer();
  await closed;
  assertEquals(server.log().slice(-2), ["close", "deauth"]);
});

Deno.test("S5 a session that is closed does not wait for ever for an engine that keeps a pipe", async () => {
  await using server = await pipeServer({ write: silent });
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  const closed = close(server.session);
  await server.clock.advance(1_000);
  await closed;
  await assertRejects(() => target.result, ConnectionException);
});

Deno.test("a pipe that was closed is none of the session's business any more", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  await target.close();
  await close(server.session);
  assertEquals(server.log(), ["open", "close", "deauth"]);
});

Deno.test("F10 nothing of a pipe that is over stays behind: no timer, no listener, nothing in the session", async () => {
  const endings: readonly ((target: DataPipe) => Promise<unknown>)[] = [
    (target) => target.close(),
    (target) => target.abort("enough"),
    (target) => target[Symbol.asyncDispose](),
    (target) => target.getWriter().write("refused").catch(() => {}),
  ];
  for (const end of endings) {
    await using server = await pipeServer({ write: refusing("No") });
    const counting = countingSignal();
    const before = server.clock.timers;
    const target = await pipe(server.session, "tk_1", {
      signal: counting.signal,
      framing: "chunk",
    });
    assertEquals(counting.listeners, 1);
    await end(target);
    await server.received("close");
    await drainMicrotasks();
    assertEquals(counting.listeners, 0);
    assertEquals(coreOf(server.session).attachments.size, 0);
    // The deadline of a release is left to run out.
    await server.clock.advance(5_000);
    assertEquals(server.clock.timers, before);
  }
});

Deno.test("F23 a result with an error rejects, with everything that was produced", async () => {
  const result = { ...RESULT, error: { message: "Bad page" } };
  await using server = await pipeServer({ close: () => result });
  const target = await pipe(server.session, "tk_1");
  const error = await assertRejects(
    () => target.close(),
    ExecutionException,
    "Bad page",
  );
  assertEquals(error.code, "pipeline-failed");
  assertEquals(error.result, result);
  assertStrictEquals(await assertRejects(() => target.result), error);
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("F23 a result with an error is returned to whoever asks for that", async () => {
  const result = { ...RESULT, error: "Bad page" };
  await using server = await pipeServer({ close: () => result });
  const target = await pipe(server.session, "tk_1", {
    onPipelineError: "return",
  });
  await target.close();
  assertEquals(await target.result, result);
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

Deno.test("held-back text goes after 20 s of quiet", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", { mimeType: "text/plain" });
  const writer = target.getWriter();
  await writer.write("a line\n");
  assertEquals(server.log(), ["open"]);
  await server.clock.advance(25_000);
  assertEquals(server.log(), ["open", "write:a line\n"]);
  await writer.close();
});

Deno.test("text is held back for as long as its producer is at work", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", { mimeType: "text/plain" });
  const writer = target.getWriter();
  for (let i = 0; i < 3; i++) {
    await writer.write(`${i}`);
    await server.clock.advance(10_000);
  }
  assertEquals(server.log(), ["open"]);
  await writer.close();
  assertEquals(server.log(), ["open", "write:012", "close"]);
});

Deno.test("an idle pipe is kept with an empty write on lanes of bytes and text", async () => {
  for (const mimeType of ["image/png", "text/plain", "application/zip"]) {
    await using server = await pipeServer();
    const target = await pipe(server.session, "tk_1", { mimeType });
    await server.clock.advance(100_000);
    assertEquals(server.log(), ["open", "write:", "write:"]);
    await target.close();
  }
});

Deno.test("an idle pipe of records is kept only where an empty document exists", async () => {
  const kept: readonly (readonly [string, string[]])[] = [
    ["lane/documents", ["write:[]", "write:[]"]],
    ["application/rocketride-question", []],
  ];
  for (const [mimeType, writes] of kept) {
    await using server = await pipeServer();
    const target = await pipe(server.session, "tk_1", { mimeType });
    await server.clock.advance(100_000);
    assertEquals(server.log(), ["open", ...writes]);
    await target.close();
  }
});

Deno.test("a slow but steady producer of text keeps its pipe with the text itself", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", { mimeType: "text/plain" });
  const writer = target.getWriter();
  for (let i = 0; i < 10; i++) {
    await writer.write(`${i}`);
    await server.clock.advance(10_000);
  }
  await writer.close();
  const writes = server.log().filter((it) => it.startsWith("write:"));
  assert(writes.length >= 2);
  assert(!writes.includes("write:"));
  assertEquals(writes.map((it) => it.slice(6)).join(""), "0123456789");
});

Deno.test("what is written while an idle pipe is touched goes right after", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  await server.clock.advance(45_000);
  assertEquals(server.log(), ["open", "write:"]);
  const writer = target.getWriter();
  await writer.write("a");
  await writes.answer();
  assertEquals(server.log(), ["open", "write:", "write:a"]);
  const closing = writer.close();
  await writes.answer();
  await closing;
  assertEquals(server.mostInFlight, 1);
});

Deno.test("a record that is written while its pipe is touched waits its turn", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1", {
    mimeType: "lane/documents",
  });
  await server.clock.advance(45_000);
  const writer = target.getWriter();
  const written = writer.write("{}");
  await writes.answer();
  assertEquals(server.log(), ["open", "write:[]", "write:{}"]);
  assertEquals(await stateOf(written), "pending");
  await writes.answer();
  await written;
  await writer.close();
});

Deno.test("records are sent one by one, each when the one before was consumed", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1", {
    mimeType: "application/rocketride-question",
  });
  const writer = target.getWriter();
  const written = writer.write("{}");
  const second = writer.write("[]");
  await server.received("write");
  assertEquals(await stateOf(written), "pending");
  await writes.answer();
  await written;
  assertEquals(server.log(), ["open", "write:{}", "write:[]"]);
  await writes.answer();
  await second;
  await writer.close();
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

Deno.test("F1 text that ends inside a character fails the close, and the slot is freed", async () => {
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

Deno.test("a frame size that cannot be is refused before any traffic", async () => {
  await using server = await pipeServer();
  const wrong = [0, -1, NaN, Infinity, 4_095, 16 * KIB * KIB + 1, 5_000.5];
  for (const frameBytes of wrong) {
    await assertRejects(
      () => pipe(server.session, "tk_1", { frameBytes }),
      RangeError,
      `Cannot use frames of ${frameBytes} bytes`,
    );
  }
  assertEquals(server.log(), []);
});

Deno.test("an empty token and a charset that nobody knows are refused before any traffic", async () => {
  await using server = await pipeServer();
  await assertRejects(() => pipe(server.session, ""), TypeError);
  await assertRejects(() => pipe(server.session, { token: "" }), TypeError);
  await assertRejects(
    () =>
      pipe(server.session, "tk_1", { mimeType: "text/plain; charset=klingon" }),
    ValidationException,
    'Cannot read charset "klingon"',
  );
  assertEquals(server.log(), []);
});

Deno.test("the engine is told a media type that it can match, and no null", async () => {
  const types: readonly (readonly [string | undefined, string])[] = [
    [undefined, "application/octet-stream"],
    ["Text/Plain; Charset=UTF-8", "text/plain; Charset=UTF-8"],
    ["text/csv; charset=iso-8859-1", "text/csv"],
    [
      "application/xml; charset=iso-8859-1",
      "application/xml; charset=iso-8859-1",
    ],
    ["LANE/Text; x=1", "lane/text"],
  ];
  for (const [mimeType, expected] of types) {
    await using server = await pipeServer();
    await (await pipe(server.session, "tk_1", { mimeType })).close();
    const { object: _, ...args } = server.requests[0]?.arguments ?? {};
    assertEquals(args, {
      subcommand: "open",
      mimeType: expected,
      token: "tk_1",
    });
  }
});

Deno.test("the provider is told where one is asked for", async () => {
  await using server = await pipeServer();
  await (await pipe(server.session, "tk_1", { provider: "chat" })).close();
  assertEquals(server.requests[0]?.arguments?.provider, "chat");
});
