import { assert, assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../lib/async.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import { connect } from "../../lib/session/connect.ts";
import {
  close,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import type { Session } from "../../lib/session/session.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import {
  type ScriptedDial,
  scriptedTransport,
} from "../support/scripted_transport.ts";

/** The commands that have left on a connection. */
function commandsOf({ sent }: ScriptedDial): unknown[] {
  return sent.map(({ message }) => "command" in message && message.command);
}

/** Answer the last request. */
function answer({ handlers, sent }: ScriptedDial): void {
  const seq = sent.at(-1)!.message.seq;
  handlers.onMessage({ type: "response", seq: 1, request_seq: seq });
}

/** A session that persists, and the connections that it has asked for. */
interface Connected {
  readonly clock: ReturnType<typeof fakeClock>;
  readonly dials: readonly ScriptedDial[];
  readonly session: Session;
}

async function connected(opens = true): Promise<Connected> {
  const transport = scriptedTransport({ opens });
  const clock = fakeClock();
  const connecting = connect({
    uri: "x",
    auth: "key",
    env: {},
    transport,
    clock,
    heartbeat: false,
    persist: true,
    random: () => 0,
  });
  await drainMicrotasks();
  transport.dials[0]!.open();
  await drainMicrotasks();
  answer(transport.dials[0]!);
  const session = await connecting;
  return { clock, dials: transport.dials, session };
}

/** Something that the server holds until the test says that it is free. */
function held(session: Session): () => void {
  const free = deferred<void>();
  const { attachments } = coreOf(session);
  const attachment = {
    release: () => free.promise,
    lost: () => void attachments.delete(attachment),
  };
  attachments.add(attachment);
  return free.resolve;
}

Deno.test("while a session connects again, only its login leaves; then what waited", async () => {
  const { clock, dials, session } = await connected();
  dials[0]!.handlers.onClose({ code: 1006, reason: "" });
  await clock.advance(0);
  const waiting = call(session, "rrext_ping");
  const freeing = coreOf(session).request({ command: "x" }, { frees: true });
  await assertRejects(() => freeing, ConnectionException);
  await drainMicrotasks();
  assertEquals(dials.map(commandsOf), [["auth"], ["auth"]]);
  assert(!isConnected(session));
  answer(dials[1]!);
  await drainMicrotasks();
  assertEquals(commandsOf(dials[1]!), ["auth", "rrext_ping"]);
  answer(dials[1]!);
  await waiting;
  dials[1]!.closed.resolve();
  await close(session);
});

Deno.test("while a session moves, only what frees something leaves on the old connection", async () => {
  const { dials, session } = await connected();
  const free = held(session);
  const [first] = dials;
  const moving = setConnectionParams(session, { auth: "another" });
  const waiting = call(session, "rrext_ping");
  const freeing = coreOf(session).request({ command: "x" }, { frees: true });
  await drainMicrotasks();
  assertEquals(dials.map(commandsOf), [["auth", "x"]]);
  answer(first!);
  await freeing;
  free();
  first!.closed.resolve();
  await drainMicrotasks();
  answer(dials[1]!);
  await moving;
  await drainMicrotasks();
  assertEquals(commandsOf(dials[1]!), ["auth", "rrext_ping"]);
  answer(dials[1]!);
  await waiting;
  dials[1]!.closed.resolve();
  await close(session);
});

Deno.test("while a session closes, only what frees something leaves, and afterwards nothing", async () => {
  const { dials: [first], session } = await connected();
  const free = held(session);
  const closing = close(session);
  const freeing = coreOf(session).request({ command: "x" }, { frees: true });
  const refused = await assertRejects(
    () => call(session, "rrext_ping"),
    ConnectionException,
  );
  assertEquals([refused.code, refused.sent], ["connection-closed", false]);
  answer(first!);
  await freeing;
  free();
  first!.closed.resolve();
  await closing;
  for (const frees of [true, false]) {
    const { code } = await assertRejects(
      () => coreOf(session).request({ command: "x" }, { frees }),
      ConnectionException,
    );
    assertEquals(code, "not-connected");
  }
  assertEquals(commandsOf(first!), ["auth", "x"]);
});

Deno.test("what a connection reports after the session has left it is ignored", async () => {
  const { clock, dials, session } = await connected();
  const ended: unknown[] = [];
  session.closed.then((end) => ended.push(end));
  dials[0]!.handlers.onClose({ code: 1006, reason: "first" });
  await clock.advance(0);
  answer(dials[1]!);
  await drainMicrotasks();
  assert(isConnected(session));
  const waiting = call(session, "rrext_ping", {}, { timeout: 50 });
  const { handlers } = dials[0]!;
  const seq = dials[1]!.sent.at(-1)!.message.seq;
  handlers.onMessage({ type: "response", seq: 1, request_seq: seq });
  handlers.onUnanswered?.(seq, new Error("not for this one"));
  handlers.onClose({ code: 4000, reason: "again" });
  assert(isConnected(session));
  const failed = assertRejects(() => waiting, Error, "No answer");
  await clock.advance(50);
  await failed;
  dials[1]!.closed.resolve();
  await close(session);
  assertEquals(dials.length, 2);
  assertEquals(ended, [{
    clean: true,
    code: 1000,
    reason: "Closed by the client",
  }]);
});

Deno.test("a connection that opens after the session has moved on is closed, and not used", async () => {
  const { clock, dials, session } = await connected(false);
  dials[0]!.handlers.onClose({ code: 1006, reason: "" });
  await clock.advance(0);
  const moving = setConnectionParams(session, { auth: "another" });
  await drainMicrotasks();
  const [, late, next] = dials;
  assert(late!.options.signal?.aborted);
  next!.open();
  await drainMicrotasks();
  late!.open();
  late!.closed.resolve();
  await drainMicrotasks();
  assertEquals(late!.closes, [[1000, ""]]);
  assert(!isConnected(session));
  answer(next!);
  await moving;
  assert(isConnected(session));
  assertEquals(dials.map(commandsOf), [["auth"], [], ["auth"]]);
  next!.closed.resolve();
  await close(session);
});

Deno.test("a connection that opens after the session was closed is closed", async () => {
  const { clock, dials, session } = await connected(false);
  dials[0]!.handlers.onClose({ code: 1006, reason: "" });
  await clock.advance(0);
  const waiting = call(session, "rrext_ping");
  const refused = assertRejects(() => waiting, ConnectionException);
  await close(session);
  assertEquals((await refused).sent, false);
  const [, late] = dials;
  assert(late!.options.signal?.aborted);
  late!.open();
  late!.closed.resolve();
  await drainMicrotasks();
  assertEquals([late!.closes, commandsOf(late!)], [[[1000, ""]], []]);
  assert((await session.closed).clean);
  assertEquals(clock.timers, 0);
});
