import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  AuthenticationException,
  ConnectionException,
  TimeoutException,
} from "../../lib/errors.ts";
import { events } from "../../lib/events/events.ts";
import { call } from "../../lib/session/call.ts";
import { connect } from "../../lib/session/connect.ts";
import { coreOf } from "../../lib/session/core.ts";
import {
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  drop,
  opened,
  type PersistRig,
  persistRig,
  shut,
} from "../support/persist_rig.ts";

/** What was sent on the line of that number, by command. */
function sentOn({ transport }: PersistRig, index: number): unknown[] {
  return transport.dials.at(index)!.sent.map(({ message }) =>
    "command" in message && message.command
  );
}

Deno.test("calls that are made while restoring wait until it is done", async () => {
  const it = persistRig();
  const session = await opened(it);
  const core = coreOf(session);
  const others: Promise<unknown>[] = [];
  core.restorers.add(async (signal) => {
    others.push(call(session, "second"));
    await call(session, "restoring", {}, { signal });
    others.push(call(session, "third"));
  });
  drop(it);
  others.push(call(session, "first"));
  await it.clock.advance(1_000);
  await Promise.all(others);
  assertEquals(sentOn(it, -1), [
    "auth",
    "restoring",
    "first",
    "second",
    "third",
  ]);
  await shut(it, session);
});

Deno.test("a restorer that never settles costs an attempt, not the session", async () => {
  const it = persistRig({ timeout: 2_000 });
  const session = await opened(it);
  const signals: AbortSignal[] = [];
  coreOf(session).restorers.add((signal) => {
    signals.push(signal);
    return signals.length > 1 ? Promise.resolve() : new Promise(() => {});
  });
  drop(it);
  const waiting = call(session, "anything");
  await it.clock.advance(125 + 1_999);
  assertFalse(isConnected(session));
  await it.clock.advance(1_000);
  await waiting;
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  assertEquals(
    it.log.filter((line) => line.startsWith("error")),
    [
      'error Cannot restore a session at "ws://localhost/": no answer within 2000 ms',
    ],
  );
  await shut(it, session);
});

/** What a restorer may do wrong. */
const BROKEN: Readonly<Record<string, () => Promise<void>>> = {
  "throws": () => {
    throw new TypeError("a bug");
  },
  "rejects": () => Promise.reject(new RangeError("a bug")),
};

for (const [what, restore] of Object.entries(BROKEN)) {
  Deno.test(`a restorer that ${what} harms nobody`, async () => {
    const it = persistRig();
    const session = await opened(it);
    let restored = 0;
    coreOf(session).restorers.add(restore);
    coreOf(session).restorers.add(() => Promise.resolve(void restored++));
    drop(it);
    await it.clock.advance(1_000);
    assert(isConnected(session));
    assertEquals(restored, 1);
    await shut(it, session);
  });
}

Deno.test("who subscribes while the line is away does not keep it away", async () => {
  const it = persistRig();
  const session = await opened(it);
  const options = { types: ["TASK"], timeout: Infinity } as const;
  const streams = [await events(session, "*", options)];
  it.up = false;
  drop(it);
  const asked = [events(session, "*", options), events(session, "*", options)];
  await it.clock.advance(5_000);
  it.up = true;
  await it.clock.advance(15_000);
  assert(isConnected(session));
  streams.push(...await Promise.all(asked));
  assertEquals(sentOn(it, -1), ["auth", "rrext_monitor"]);
  // Only who was there before misses something.
  const readers = streams.map((stream) => stream.getReader());
  const first = readers.map((reader) => reader.read());
  drop(it);
  await it.clock.advance(15_000);
  assertEquals((await Promise.all(first)).map(({ value }) => value?.type), [
    "gap",
    "gap",
    "gap",
  ]);
  const second = readers.slice(1).map((reader) => reader.read());
  const early = await Promise.race([...second, drainMicrotasks()]);
  assertEquals(early, undefined, "a new stream began with a gap");
  await shut(it, session);
});

Deno.test("who unsubscribes while the line is restored is not subscribed again", async () => {
  const it = persistRig();
  const session = await opened(it);
  const stream = await events(session, "*", { types: ["TASK"] });
  it.silent.add("rrext_monitor");
  drop(it);
  await it.clock.advance(1_000);
  assertFalse(isConnected(session));
  const left = stream.cancel();
  it.silent.delete("rrext_monitor");
  const dial = it.transport.dials.at(-1)!;
  dial.handlers.onMessage({
    type: "response",
    seq: 1,
    request_seq: dial.sent.at(-1)!.message.seq,
    success: true,
  });
  await it.clock.advance(1_000);
  await left;
  assert(isConnected(session));
  const kinds = dial.sent.map(({ message }) =>
    "arguments" in message && message.arguments?.types
  );
  assertEquals(kinds.slice(1), [["TASK"], []]);
  await shut(it, session);
});

Deno.test("a call that meets a line which is ending waits for the next one", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.deaf = true;
  const early = call(session, "anything");
  await it.clock.advance(10);
  drop(it);
  it.deaf = false;
  await it.clock.advance(1_000);
  await early;
  assertEquals(sentOn(it, -1), ["auth", "anything"]);
  await shut(it, session);
});

Deno.test("without persist, a call that meets a line which is ending rejects", async () => {
  const it = persistRig({ persist: false });
  const session = await opened(it);
  it.deaf = true;
  const error = await assertRejects(
    () => call(session, "anything"),
    ConnectionException,
  );
  assertEquals([error.code, error.sent], ["not-connected", false]);
  it.deaf = false;
  await shut(it, session);
});

Deno.test("a call that waited keeps waiting when the new line is lost, too", async () => {
  const it = persistRig();
  const session = await opened(it);
  drop(it);
  const waiting = call(session, "anything", {}, { timeout: 5_000 });
  it.deaf = true;
  await it.clock.advance(1_000);
  it.deaf = false;
  await it.clock.advance(1_000);
  await waiting;
  await shut(it, session);
});

Deno.test("the time of a call is what it waits and what it flies, together", async () => {
  const it = persistRig();
  const session = await opened(it);
  drop(it);
  const waiting = assertRejects(
    () => call(session, "silence", {}, { timeout: 500 }),
    TimeoutException,
  );
  await it.clock.advance(499);
  assertEquals(sentOn(it, -1), ["auth", "silence"]);
  await it.clock.advance(1);
  // 125 ms were the pause.
  assertEquals((await waiting).timeout, 375);
  await shut(it, session);
});

Deno.test("a request for one connection is not sent on another", async () => {
  const it = persistRig();
  const session = await opened(it);
  const core = coreOf(session);
  const { connectionId: line } = core;
  assert(line !== undefined);
  const lines: number[] = [];
  const onSent = (number: number): void => void lines.push(number);
  await core.request({ command: "there" }, { connectionId: line, onSent });
  drop(it);
  assertEquals(core.connectionId, undefined);
  for (const ms of [0, 1_000]) {
    const error = await assertRejects(
      () =>
        core.request({ command: "nowhere" }, { connectionId: line, onSent }),
      ConnectionException,
    );
    assertEquals([error.code, error.sent], ["not-connected", false]);
    await it.clock.advance(ms);
  }
  assert(isConnected(session));
  assertEquals(lines, [line]);
  assertEquals(sentOn(it, -1), ["auth"]);
  await shut(it, session);
});

Deno.test("a silent line is declared dead and dialled again", async () => {
  const it = persistRig({ heartbeat: {} });
  const session = await opened(it);
  it.silent.add("rrext_ping");
  const flying = assertRejects(
    () => call(session, "silence", {}, { timeout: Infinity }),
    ConnectionException,
    "No sign of life for 35000 ms",
  );
  await it.clock.advance(34_999);
  assert(isConnected(session));
  await it.clock.advance(1);
  assertFalse(isConnected(session));
  assert((await flying).sent);
  it.silent.delete("rrext_ping");
  const waiting = call(session, "anything");
  await it.clock.advance(1_000);
  await waiting;
  assertEquals(it.log.slice(1), [
    "connected",
    "disconnected true No sign of life for 35000 ms",
    "auth durable",
    "connected",
  ]);
  // The new line has a heart, too.
  await it.clock.advance(60_000);
  assert(isConnected(session));
  assert(sentOn(it, -1).includes("rrext_ping"));
  await shut(it, session);
});

Deno.test("a line that falls silent while restoring is dialled again", async () => {
  const it = persistRig({ heartbeat: {}, timeout: 60_000 });
  const session = await opened(it);
  coreOf(session).restorers.add(async (signal) => {
    await call(session, "silence", {}, { signal, timeout: Infinity });
  });
  it.silent.add("rrext_ping");
  drop(it);
  await it.clock.advance(125 + 35_000);
  it.silent.clear();
  await it.clock.advance(1_000);
  assert(isConnected(session));
  assertEquals(it.transport.dials.length, 3);
  await shut(it, session);
});

Deno.test("a credential function that has no network is asked again", async () => {
  const failures: unknown[] = [
    new TypeError("fetch failed"),
    new Error("no token today"),
    "no reason",
  ];
  const it = persistRig({
    auth: () => {
      if (failures.length > 0) throw failures.shift();
      return "fresh";
    },
  });
  const connecting = connect(it.options);
  await it.clock.advance(5_000);
  const session = await connecting;
  assertEquals(it.log, [
    "error fetch failed",
    "error no token today",
    "error no reason",
    "auth fresh",
    "connected",
  ]);
  assertEquals(it.transport.dials.length, 1);
  await shut(it, session);
});

Deno.test("a credential function can end the session", async () => {
  const refused = new AuthenticationException("Signed out");
  let asked = 0;
  const it = persistRig({
    auth: () => asked++ === 0 ? "once" : Promise.reject(refused),
  });
  const session = await opened(it);
  drop(it);
  await it.clock.advance(5_000);
  assertEquals(session.signal.reason, refused);
  assertEquals([asked, it.transport.dials.length], [2, 1]);
  assertEquals(it.clock.timers, 0);
});

Deno.test("a durable token is not shown to another engine", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const it = persistRig();
    const session = await opened(it);
    drop(it);
    // At any turn of a login with the token.
    await it.clock.advance(124);
    const time = it.clock.advance(1);
    for (let turn = 0; turn < turns; turn++) await null;
    const moving = setConnectionParams(session, {
      uri: "ws://localhost:1",
      auth: "another",
    });
    await time;
    await it.clock.advance(1_000);
    await moving;
    const { sent, url } = it.transport.dials.at(-1)!;
    assertEquals(url.port, "1");
    const [login] = sent;
    assert(login && "arguments" in login.message);
    assertEquals(login.message.arguments?.auth, "another");
    await shut(it, session);
  }
});

Deno.test("setConnectionParams() with persist waits for an engine that comes later", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.up = false;
  const moving = setConnectionParams(session, { auth: "another" });
  const waiting = call(session, "anything");
  assertFalse(isConnected(session));
  await it.clock.advance(5_000);
  it.up = true;
  await it.clock.advance(15_000);
  await moving;
  await waiting;
  assertEquals(
    it.log.filter((line) => line.startsWith("disconnected")),
    ["disconnected false Connection parameters changed"],
  );
  await shut(it, session);
});

Deno.test("setConnectionParams() with persist that is given up goes on alone", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.up = false;
  const controller = new AbortController();
  const moving = setConnectionParams(session, {
    auth: "another",
    signal: controller.signal,
  });
  await it.clock.advance(1_000);
  controller.abort("enough");
  assertEquals(await moving.catch((thrown) => thrown), "enough");
  it.up = true;
  await it.clock.advance(15_000);
  assert(isConnected(session));
  assertEquals(it.log.at(-2), "auth another");
  await shut(it, session);
});

Deno.test("maxRetryTime counts from when the line was last up", async () => {
  const it = persistRig({ maxRetryTime: 10_000 });
  const session = await opened(it);
  await it.clock.advance(60_000);
  it.up = false;
  drop(it);
  const waiting = call(session, "anything").catch((error) => error);
  await it.clock.advance(9_999);
  assertFalse(session.signal.aborted);
  await it.clock.advance(1);
  assert(session.signal.aborted);
  const error = await waiting;
  assertInstanceOf(error, ConnectionException);
  assertEquals(
    [error.message, error.sent, error.retryable],
    ["Gave up connecting after 10000 ms: Nobody is there", false, true],
  );
  const { clean } = await session.closed;
  assertFalse(clean);
  assertEquals(it.clock.timers, 0);
});

Deno.test("a signal that aborts ends the trying, and nobody is told of it", async () => {
  const it = persistRig();
  it.up = false;
  const controller = new AbortController();
  const connecting = connect({ ...it.options, signal: controller.signal });
  await it.clock.advance(5_000);
  const told = it.log.length;
  controller.abort("enough");
  assertEquals(await connecting.catch((thrown) => thrown), "enough");
  assertEquals(it.log.length, told);
  assertEquals(it.clock.timers, 0);
});
