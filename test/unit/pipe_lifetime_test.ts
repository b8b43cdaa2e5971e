import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type DataPipe, pipe } from "../../lib/pipe/data_pipe.ts";
import {
  ConnectionException,
  PipeException,
  TimeoutException,
} from "../../lib/errors.ts";
import { close, setConnectionParams } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, pipeServer, refusing, RESULT } from "../support/pipe_server.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { silent } from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";
import { hinted } from "../support/hinted.ts";

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

Deno.test("a write whose task has died fails with the task's last words", async () => {
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
  assertEquals(error.message, hinted("Going away", error.hint));
  assertEquals(error.code, "connection-lost");
  assertStrictEquals(await assertRejects(() => target.result), error);
  assertEquals(server.log(), ["open", "write:a"]);
});

Deno.test("the failure of a pipe whose connection was lost says when its slot is free again", async () => {
  const opens = gate();
  let asked = 0;
  await using server = await pipeServer({
    open: (request, line) =>
      ++asked < 3 ? { pipe_id: asked } : opens.handler(request, line),
    write: silent,
  });
  const { session } = server;
  const idle = await pipe(session, "tk_1");
  const busy = await pipe(session, "tk_1");
  await busy.getWriter().write("a");
  const waiting = pipe(session, "tk_1");
  waiting.catch(() => {});
  await server.received("open", 2);
  server.line.close(1001, "Going away");
  for (const failing of [idle.result, busy.result, waiting]) {
    const error = await assertRejects(() => failing, ConnectionException);
    assertEquals(
      [error.message, error.code, error.sent, error.retryable],
      [hinted("Going away", error.hint), "connection-lost", true, true],
    );
    assertEquals(error.closeCode, 1001);
    assert(error.hint?.includes("90 s"), error.hint);
  }
});

Deno.test("the failure of a pipe keeps the advice of the loss itself", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  server.line.close(1009, "");
  const { hint = "", message } = await assertRejects(
    () => target.result,
    ConnectionException,
  );
  assertEquals(message, `Connection was lost (close code 1009). ${hint}.`);
  for (const words of ["larger than one side accepts", "90 s"]) {
    assertEquals(hint.split(words).length, 2, hint);
  }
});

Deno.test("pipes of a connection that was lost are not closed on the next one, and the next open waits", async () => {
  const opens = gate();
  let asked = 0;
  await using server = await pipeServer({
    open: (request, line) =>
      ++asked === 1 ? { pipe_id: 7 } : opens.handler(request, line),
  }, { persist: true, random: () => 0 });
  const { session } = server;
  const lost = await pipe(session, "tk_1");
  const failed = assertRejects(() => lost.result, ConnectionException);
  server.line.close(1001, "Going away");
  await failed;
  await server.clock.advance(1_000);
  const next = pipe(session, "tk_1");
  await server.received("open", 1);
  await server.clock.advance(60_000);
  assertEquals(await stateOf(next), "pending");
  await opens.answer({ pipe_id: 7 });
  await (await next).close();
  const steps = server.log().filter((it) => it === "open" || it === "close");
  assertEquals(steps, ["open", "open", "close"]);
  const closing = close(session);
  await server.clock.advance(1_000);
  await closing;
});

Deno.test("a pipe of an older line is not closed on the new one: its number may be another's", async () => {
  await using server = await pipeServer({ write: silent, close: silent });
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  const moving = setConnectionParams(server.session, {});
  await server.clock.advance(1_000);
  await moving;
  const error = await assertRejects(() => target.result, ConnectionException);
  assertEquals(error.code, "connection-closed");
  await server.clock.advance(10_000);
  assertEquals(server.log(), ["open", "write:a", "close"]);
  assertEquals(server.line.requests.at(-1)?.arguments?.subcommand, "close");
});

Deno.test("a session that is closed frees the slots of its open pipes first", async () => {
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
  assertEquals(server.log().slice(-2), ["close", "close"]);
});

Deno.test("a session that is closed does not wait for ever for an engine that keeps a pipe", async () => {
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
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("nothing of a pipe that is over stays behind: no timer, no listener, nothing in the session", async () => {
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

Deno.test("pipes that are over hold no buffers, however long they are kept", async () => {
  const { href } = new URL(
    "../support/finished_pipes_program.ts",
    import.meta.url,
  );
  const flags = ["--no-check", "--v8-flags=--expose-gc", "--allow-env"];
  const args = ["run", ...flags, href];
  const alive = Number(await mustRun(Deno.execPath(), args, ROOT));
  // 32 pipes with a frame of 1 MiB each.
  assert(alive < 12e6, `${alive} bytes`);
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

Deno.test("a pipe that has waited for its slot is not idle when it gets it", async () => {
  const opens = gate();
  await using server = await pipeServer({
    open: opens.handler,
    rrext_get_task_status: () => ({ state: 3, completed: false }),
  });
  const opening = pipe(server.session, "tk_1", { mimeType: "text/plain" });
  await server.received("open");
  await server.clock.advance(52_000);
  await opens.answer({ pipe_id: 0 });
  const target = await opening;
  await server.clock.advance(38_000);
  assertEquals(server.log().filter((it) => it.startsWith("write")), []);
  await server.clock.advance(7_000);
  assertEquals(server.log().at(-1), "write:");
  await target.close();
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

Deno.test("a pipe on a session that has ended leaves no timer", async () => {
  await using server = await pipeServer();
  await close(server.session);
  const before = server.clock.timers;
  await assertRejects(() => pipe(server.session, "tk_1"), ConnectionException);
  assertEquals(server.clock.timers, before);
});
