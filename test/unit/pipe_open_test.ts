import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { ignore } from "../../lib/async.ts";
import { type DataPipe, pipe } from "../../lib/pipe/data_pipe.ts";
import { close } from "../../lib/session/connection.ts";
import {
  ConnectionException,
  PipeException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import type { Session } from "../../lib/session/session.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { abortAfter } from "../support/abort_after.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  drop,
  opened,
  type PersistRig,
  persistRig,
  shut,
} from "../support/persist_rig.ts";
import { gate, pipeServer, refusing } from "../support/pipe_server.ts";
import { SILENCE, silent } from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";
import { hinted } from "../support/hinted.ts";

const KIB = 1024;

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

Deno.test("a success without a pipe id is a failed open", async () => {
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

Deno.test("a refused open says why in the engine's words and in ours", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Your pipeline is not running", "task-not-running"],
    ["Task has already completed", "task-ended"],
    ["Something new", "pipe-failed"],
    ["", "task-ended"],
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
      hinted(
        message || 'Engine refused "rrext_process" without a message',
        error.hint,
      ),
    );
    assertEquals(error.dapResult.success, false);
  }
});

Deno.test("a pipe that opens after the wait was given up is closed at once", async () => {
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

Deno.test("a pipe that opens after its timeout is closed, one that fails late is not", async () => {
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

Deno.test("however close a signal comes to the open's answer, the slot is freed once", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 24; turns++) {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("too late");
    await using server = await pipeServer({
      open: (request, line) => {
        line.reply(request, { pipe_id: 0 });
        abortAfter(turns, controller, reason);
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

Deno.test("a signal that was aborted before sends nothing", async () => {
  await using server = await pipeServer();
  const signal = AbortSignal.abort("never");
  const reason = await pipe(server.session, "tk_1", { signal }).catch((it) =>
    it
  );
  assertEquals(reason, "never");
  assertEquals(server.log(), []);
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

Deno.test("a frame size that cannot be is refused before any traffic", async () => {
  await using server = await pipeServer();
  const wrong = [0, -1, NaN, Infinity, 4_095, 16 * KIB * KIB + 1, 5_000.5];
  for (const frameBytes of wrong) {
    await assertRejects(
      () => pipe(server.session, "tk_1", { frameBytes }),
      RangeError,
      `Cannot use frameBytes of ${frameBytes}`,
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

Deno.test("a provider is sent if one is given, and an empty one is not", async () => {
  await using server = await pipeServer();
  await (await pipe(server.session, "tk_1", { provider: "chat" })).close();
  await (await pipe(server.session, "tk_1", { provider: "" })).close();
  const told = server.requests.map(({ arguments: args }) => args?.provider);
  assertEquals(told, ["chat", undefined, undefined, undefined]);
});

Deno.test("an open whose task dies while it waits for a slot fails with the task's last words", async () => {
  const opens = gate();
  await using server = await pipeServer({
    open: opens.handler,
    rrext_get_task_status: () => ({
      state: 6,
      completed: true,
      exitMessage: "Out of memory",
    }),
  });
  const opening = pipe(server.session, "tk_1");
  opening.catch(() => {});
  await server.received("open");
  await server.clock.advance(15_000);
  const error = await assertRejects(
    () => opening,
    PipeException,
    "Out of memory",
  );
  assertEquals(error.code, "task-ended");
  // Should it open after all, the slot is not lost.
  await opens.answer({ pipe_id: 4 });
  assertEquals(server.log(), ["open", "rrext_get_task_status", "close"]);
});

Deno.test("an open waits for as long as its task is starting or all slots are taken", async () => {
  for (const state of [1, 2, 3]) {
    const opens = gate();
    await using server = await pipeServer({
      open: opens.handler,
      rrext_get_task_status: () => ({ state, completed: false }),
    });
    const { timers } = server.clock;
    const counting = countingSignal();
    const { signal } = counting;
    const opening = pipe(server.session, "tk_1", { signal });
    await server.received("open");
    await server.clock.advance(600_000);
    await opens.answer({ pipe_id: 4 });
    const target = await opening;
    await target.close();
    // The deadline of the last poll is left to run out.
    await server.clock.advance(30_000);
    assertEquals(server.clock.timers, timers);
    assertEquals(counting.listeners, 0);
  }
});

Deno.test("an open that is refused leaves nothing for close() to wait for", async () => {
  await using server = await pipeServer({ open: refusing("Invalid lane x") });
  await assertRejects(() => pipe(server.session, "tk_1"), PipeException);
  // The clock stands still, so a wait would never end.
  await close(server.session);
  assertEquals(server.log(), ["open"]);
});

/** Open a pipe on a line that is ending, and let the next line answer. */
async function openedOnTheNextLine(it: PersistRig): Promise<{
  readonly session: Session;
  readonly opening: Promise<DataPipe>;
}> {
  const session = await opened(it);
  // A socket that is closing refuses, before it reports its end.
  it.deaf = true;
  const opening = pipe(session, "tk_1", { mimeType: "text/plain" });
  opening.catch(ignore);
  await drainMicrotasks();
  drop(it);
  it.deaf = false;
  await it.clock.advance(1_000);
  return { session, opening };
}

/** The subcommands that left on a line. */
function subcommands(it: PersistRig, line: number): readonly unknown[] {
  return it.transport.dials[line]!.sent.map(({ message }) =>
    "command" in message && message.arguments?.subcommand
  );
}

Deno.test("an open that waits for a connection outlives the end of the one before", async () => {
  const it = persistRig();
  const { session, opening } = await openedOnTheNextLine(it);
  // The rig answers, but with no pipe.
  const error = await assertRejects(() => opening, PipeException);
  assertStringIncludes(error.message, "could not open the pipe");
  assertEquals(subcommands(it, 1), [undefined, "open"]);
  await shut(it, session);
});

Deno.test("a pipe whose open has waited for a connection learns of that one's end", async () => {
  const it = persistRig();
  it.body = { pipe_id: 3 };
  const { session, opening } = await openedOnTheNextLine(it);
  const writer = (await opening).getWriter();
  const ended = assertRejects(() => writer.closed, ConnectionException);
  drop(it);
  assertEquals((await ended).code, "connection-lost");
  await shut(it, session);
});

Deno.test("a pipe whose open has waited for a connection is freed before the session closes", async () => {
  const it = persistRig();
  it.body = { pipe_id: 3 };
  const { session, opening } = await openedOnTheNextLine(it);
  const writer = (await opening).getWriter();
  writer.closed.catch(ignore);
  await shut(it, session);
  assertEquals(subcommands(it, 1), [undefined, "open", "close"]);
});

const TOO_EARLY =
  "Could not open: Multiple exceptions: [Errno 111] Connect call failed ('::1', 41000)";

Deno.test("an open that came before the engine listens is tried once more, after 250 ms", async () => {
  for (const outcomes of [[{ pipe_id: 3 }], [TOO_EARLY], ["No slot"]]) {
    const answers = [TOO_EARLY, ...outcomes];
    await using server = await pipeServer({
      open(): { pipe_id: number } {
        const answer = answers.shift();
        if (typeof answer === "object") return answer;
        throw new Error(answer);
      },
    });
    const opening = pipe(server.session, "tk_1").catch((error) => error);
    await server.received("open");
    await drainMicrotasks();
    await server.clock.advance(249);
    assertEquals(server.log(), ["open"]);
    await server.clock.advance(1);
    const opened = await opening;
    assertEquals(server.log(), ["open", "open"]);
    const [outcome] = outcomes;
    if (typeof outcome === "object") assertEquals(opened.pipeId, 3);
    else assertStringIncludes(opened.message, outcome!);
  }
});

Deno.test("an open that waits for its second attempt ends with its signal, and is not sent", async () => {
  await using server = await pipeServer({ open: refusing(TOO_EARLY) });
  const controller = new AbortController();
  const { signal } = controller;
  const opening = pipe(server.session, "tk_1", { signal }).catch((it) => it);
  await server.received("open");
  await drainMicrotasks();
  controller.abort();
  assertStrictEquals(await opening, signal.reason);
  await server.clock.advance(1_000);
  assertEquals(server.log(), ["open"]);
});

Deno.test("an open that was refused for another reason is sent once", async () => {
  await using server = await pipeServer({ open: refusing("No slot") });
  await assertRejects(() => pipe(server.session, "tk_1"), PipeException);
  await server.clock.advance(1_000);
  assertEquals(server.log(), ["open"]);
});
