import { assertEquals, assertRejects } from "@std/assert";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { call } from "../../lib/session/call.ts";
import { close, setConnectionParams } from "../../lib/session/connection.ts";
import { use } from "../../lib/task/use.ts";
import type { RequestMessage } from "../../schema/envelope.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  gate,
  type PipeServer,
  pipeServer,
  RESULT,
} from "../support/pipe_server.ts";
import type { Answer, Handler, Script } from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";

const PIPELINE = { components: [{ id: "in", provider: "webhook" }] };

/** The pipes of a task with so many slots; opens wait for a free one. */
function slots(count: number): Script & { readonly taken: () => number } {
  const waiting: ((answer: Answer) => void)[] = [];
  const open = new Set<number>();
  let last = 0;
  function grant(): void {
    while (open.size < count && waiting.length > 0) {
      const id = ++last;
      open.add(id);
      waiting.shift()!({ pipe_id: id });
    }
  }
  const opening: Handler = () =>
    new Promise<Answer>((resolve) => {
      waiting.push(resolve);
      grant();
    });
  const closing: Handler = ({ arguments: args }: RequestMessage): Answer => {
    open.delete(Number(args?.pipe_id));
    queueMicrotask(grant);
    return RESULT;
  };
  return { open: opening, close: closing, taken: () => open.size } as never;
}

/** What a call that the close gives up rejects with. */
async function closedWith(
  promise: Promise<unknown>,
): Promise<readonly [string, boolean]> {
  const { code, sent } = await assertRejects(
    () => promise,
    ConnectionException,
  );
  return [code, sent];
}

async function closed(server: PipeServer): Promise<void> {
  const closing = close(server.session);
  await server.clock.advance(2_000);
  await closing;
}

Deno.test("a send whose open is in flight at close() leaves no slot taken", async () => {
  const { taken, ...script } = slots(1);
  await using server = await pipeServer(script);
  const sending = send(server.session, "tk_1", "text");
  const failed = closedWith(sending);
  await close(server.session);
  assertEquals(await failed, ["connection-closed", true]);
  assertEquals(server.log(), ["open", "close"]);
  assertEquals(taken(), 0);
});

Deno.test("sends that wait for the slots which close() frees leave none taken", async () => {
  const { taken, ...script } = slots(2);
  await using server = await pipeServer(script);
  for (let held = 0; held < 2; held++) {
    (await pipe(server.session, "tk_1")).result.catch(() => {});
  }
  const outcomes = Array.from(
    { length: 8 },
    () => closedWith(send(server.session, "tk_1", "text")),
  );
  await server.received("open", 9);
  await drainMicrotasks();
  await close(server.session);
  const codes = (await Promise.all(outcomes)).map(([code]) => code);
  assertEquals(codes, Array(8).fill("connection-closed"));
  assertEquals(taken(), 0);
});

Deno.test("an open that is answered late, within the grace, is closed before the session is", async () => {
  const opens = gate();
  await using server = await pipeServer({ open: opens.handler });
  const failed = closedWith(pipe(server.session, "tk_1"));
  await server.received("open");
  const closing = close(server.session);
  assertEquals(await failed, ["connection-closed", true]);
  await server.clock.advance(900);
  assertEquals(await stateOf(closing), "pending");
  await opens.answer({ pipe_id: 3 });
  await closing;
  assertEquals(server.log(), ["open", "close"]);
  assertEquals(server.requests[1]?.arguments?.pipe_id, 3);
});

Deno.test("however close the answer of an open comes to close(), its slot is freed once", async () => {
  for (let turns = 0; turns < 24; turns++) {
    const opens = gate();
    await using server = await pipeServer({ open: opens.handler });
    const opening = pipe(server.session, "tk_1");
    opening.then((target) => target.result).catch(() => {});
    await server.received("open");
    const answering = opens.answer({ pipe_id: 0 });
    for (let turn = 0; turn < turns; turn++) await null;
    const closing = close(server.session);
    await answering;
    await closed(server);
    await closing;
    assertEquals(server.log(), ["open", "close"], `${turns} turns`);
  }
});

Deno.test("close() waits no longer than its grace for an open that is never answered", async () => {
  const opens = gate();
  await using server = await pipeServer({ open: opens.handler });
  const failed = closedWith(pipe(server.session, "tk_1"));
  await server.received("open");
  const closing = close(server.session);
  await server.clock.advance(1_000);
  await closing;
  await failed;
});

Deno.test("an open that was given up long before is followed by close(), too", async () => {
  const opens = gate();
  await using server = await pipeServer({ open: opens.handler });
  const controller = new AbortController();
  const { signal } = controller;
  const opening = pipe(server.session, "tk_1", { signal });
  opening.catch(() => {});
  await server.received("open");
  controller.abort();
  await drainMicrotasks();
  const closing = close(server.session);
  await opens.answer({ pipe_id: 1 });
  await closing;
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("a write that is longer than the grace still gets its close sent", async () => {
  for (const grace of [undefined, 0, 50]) {
    const writes = gate();
    await using server = await pipeServer({ write: writes.handler });
    const target = await pipe(server.session, "tk_1");
    target.result.catch(() => {});
    await target.getWriter().write("a");
    const closing = close(
      server.session,
      grace === undefined ? {} : {
        grace,
      },
    );
    await drainMicrotasks();
    if (grace !== 0) assertEquals(server.log(), ["open", "write:a"]);
    await server.clock.advance(grace ?? 1_000);
    await closing;
    await drainMicrotasks();
    assertEquals(server.log(), ["open", "write:a", "close"]);
  }
});

Deno.test("from the first turn of close() no new call leaves, and each says that the session is closed", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  target.result.catch(() => {});
  await target.getWriter().write("a");
  const closing = close(server.session);
  const { session } = server;
  const calls = [
    call(session, "rrext_ping"),
    pipe(session, "tk_1"),
    send(session, "tk_1", "text"),
    use(session, { pipeline: PIPELINE }),
    setConnectionParams(session, {}),
  ];
  for (const made of calls) {
    assertEquals(await closedWith(made), ["connection-closed", false]);
  }
  assertEquals(server.log(), ["open", "write:a"]);
  await writes.answer();
  await closing;
  assertEquals(server.log(), ["open", "write:a", "close"]);
  const after = await closedWith(call(session, "rrext_ping"));
  assertEquals(after, ["not-connected", false]);
});

Deno.test("sendFiles that is under way at close() opens no further pipe, and leaves no slot taken", async () => {
  const { taken, ...script } = slots(2);
  await using server = await pipeServer(script);
  const names = Array.from({ length: 12 }, (_, index) => `${index}.txt`);
  const files = names.map((name) => new File(["x"], name));
  const sending = sendFiles(server.session, "tk_1", files, { concurrency: 4 });
  await server.received("open", 3);
  await close(server.session);
  const opened = server.log().filter((it) => it === "open").length;
  const results = await sending;
  assertEquals(
    results.filter(({ action }) => action === "error").length > 0,
    true,
  );
  assertEquals(server.log().filter((it) => it === "open").length, opened);
  assertEquals(taken(), 0);
});

Deno.test("an iterable of files without end is not read on while the session closes", async () => {
  const opens = gate();
  await using server = await pipeServer({ open: opens.handler });
  let taken = 0;
  function* files(): Iterable<File> {
    for (;;) yield new File(["x"], `${taken++}.txt`);
  }
  const sending = sendFiles(server.session, "tk_1", files(), {
    concurrency: 2,
  });
  const failed = closedWith(sending);
  await server.received("open", 1);
  const closing = close(server.session);
  await server.clock.advance(1_000);
  await closing;
  assertEquals((await failed)[0], "connection-closed");
  assertEquals(taken, 2);
});

Deno.test("a start that is in flight at close() is terminated when it is reported", async () => {
  const starts = gate();
  await using server = await pipeServer({
    execute: starts.handler,
    terminate: () => {},
  });
  const failed = closedWith(use(server.session, { pipeline: PIPELINE }));
  await server.received("execute");
  const closing = close(server.session);
  assertEquals(await failed, ["connection-closed", true]);
  await starts.answer({ token: "tk_new" });
  await closing;
  assertEquals(server.log(), ["execute", "terminate"]);
  assertEquals(server.requests[1]?.arguments?.token, "tk_new");
});

Deno.test("however close the answer of a start comes to close(), the task is handed over or terminated", async () => {
  for (let turns = 0; turns < 24; turns++) {
    const starts = gate();
    await using server = await pipeServer({
      execute: starts.handler,
      terminate: () => {},
    });
    const starting = use(server.session, { pipeline: PIPELINE });
    await server.received("execute");
    const answering = starts.answer({ token: "tk_new" });
    for (let turn = 0; turn < turns; turn++) await null;
    const closing = close(server.session);
    const outcome = await starting.then(() => true, () => false);
    await answering;
    await closing;
    const terminated = server.log().includes("terminate");
    assertEquals(terminated, !outcome, `${turns} turns`);
  }
});

Deno.test("a start that joins a task is not terminated by close()", async () => {
  const starts = gate();
  await using server = await pipeServer({ execute: starts.handler });
  const failed = closedWith(
    use(server.session, { pipeline: PIPELINE, useExisting: true }),
  );
  await server.received("execute");
  const closing = close(server.session);
  await failed;
  await starts.answer({ token: "tk_1" });
  await server.clock.advance(1_000);
  await closing;
  assertEquals(server.log(), ["execute"]);
});

Deno.test("setConnectionParams() frees the slots of open pipes before it connects anew", async () => {
  const { taken, ...script } = slots(1);
  await using server = await pipeServer(script);
  const held = await pipe(server.session, "tk_1");
  const failed = closedWith(held.result);
  const waiting = closedWith(send(server.session, "tk_1", "text"));
  await server.received("open", 1);
  await setConnectionParams(server.session, {});
  assertEquals(await failed, ["connection-closed", true]);
  assertEquals(await waiting, ["connection-closed", true]);
  assertEquals(taken(), 0);
  assertEquals(server.log(), ["open", "open", "close", "close"]);
});

Deno.test("setConnectionParams() waits a second at most for a write, and then sends its close", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  const failed = closedWith(target.result);
  await target.getWriter().write("a");
  const moving = setConnectionParams(server.session, {});
  assertEquals(await failed, ["connection-closed", true]);
  await server.clock.advance(999);
  assertEquals(await stateOf(moving), "pending");
  assertEquals(server.log(), ["open", "write:a"]);
  await server.clock.advance(1);
  await moving;
  assertEquals(server.log(), ["open", "write:a", "close"]);
  assertEquals(await call(server.session, "rrext_ping"), { pong: true });
});

Deno.test("close() during a move goes on freeing, and connects no more", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  target.result.catch(() => {});
  await target.getWriter().write("a");
  const moved = closedWith(setConnectionParams(server.session, {}));
  await drainMicrotasks();
  const closing = close(server.session);
  await writes.answer();
  await closing;
  assertEquals((await moved)[0], "connection-closed");
  assertEquals((await server.session.closed).clean, true);
  assertEquals(server.log(), ["open", "write:a", "close"]);
});

Deno.test("a connection that drops during a move is replaced all the same", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  target.result.catch(() => {});
  await target.getWriter().write("a");
  const moving = setConnectionParams(server.session, {});
  await drainMicrotasks();
  server.line.close(4000, "gone");
  await drainMicrotasks();
  await moving;
  assertEquals(await call(server.session, "rrext_ping"), { pong: true });
});

Deno.test("a later move takes over from one that is still freeing", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1");
  target.result.catch(() => {});
  await target.getWriter().write("a");
  const first = closedWith(setConnectionParams(server.session, { auth: "b" }));
  await drainMicrotasks();
  const second = setConnectionParams(server.session, { auth: "c" });
  await writes.answer();
  await second;
  assertEquals((await first)[0], "connection-closed");
  assertEquals(server.log(), ["open", "write:a", "close"]);
  assertEquals(await call(server.session, "rrext_ping"), { pong: true });
});
