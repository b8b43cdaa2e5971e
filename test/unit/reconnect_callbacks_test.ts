import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionException } from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import {
  close,
  getConnectionInfo,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { coreOf } from "../../lib/session/core.ts";
import { lifecycle } from "../../lib/session/lifecycle.ts";
import type { LifecycleEvent, Session } from "../../lib/session/session.ts";
import { use } from "../../lib/task/use.ts";
import {
  drop,
  opened,
  type PersistRig,
  persistRig,
  shut,
} from "../support/persist_rig.ts";

/** Say in the log how a promise settles. */
function watch(
  log: string[],
  name: string,
  promise: Promise<unknown>,
): Promise<unknown> {
  return promise.then(
    () => log.push(`${name} is answered`),
    ({ code, sent }) => log.push(`${name} fails: ${code}, sent ${sent}`),
  );
}

Deno.test("everything is told in the documented order", async () => {
  const it = persistRig();
  const session = await opened(it);
  coreOf(session).restorers.add(() => {
    it.log.push(`restoring ${isConnected(session)}`);
    return Promise.resolve();
  });
  watch(it.log, "flying", call(session, "silence"));
  it.up = false;
  drop(it);
  watch(it.log, "first", call(session, "anything"));
  watch(it.log, "second", call(session, "anything"));
  await it.clock.advance(200);
  it.up = true;
  await it.clock.advance(1_000);
  watch(it.log, "flying", call(session, "silence"));
  it.up = false;
  drop(it);
  const third = watch(it.log, "third", call(session, "anything"));
  await it.clock.advance(0);
  session.signal.addEventListener("abort", () => it.log.push("aborted"));
  await shut(it, session);
  await third;
  assertEquals(it.log, [
    "auth key",
    "connected",
    "disconnected true cut",
    "flying fails: connection-lost, sent true",
    "error Nobody is there",
    "auth durable",
    "restoring false",
    "connected",
    "first is answered",
    "second is answered",
    "disconnected true cut",
    "flying fails: connection-lost, sent true",
    "aborted",
    "third fails: connection-closed, sent false",
  ]);
});

Deno.test("close() tells the callbacks before it fails what is in flight", async () => {
  const it = persistRig();
  const session = await opened(it);
  watch(it.log, "flying", call(session, "silence"));
  session.signal.addEventListener("abort", () => it.log.push("aborted"));
  session.closed.then(() => it.log.push("closed"));
  await shut(it, session);
  assertEquals(it.log.slice(2), [
    "disconnected false Closed by the client",
    "aborted",
    "flying fails: connection-closed, sent true",
    "closed",
  ]);
});

type Callback = "onConnected" | "onDisconnected" | "onConnectError";

type ActingRig = PersistRig & { session?: Session; calls: number };

/** A rig whose callback acts, once, after the first connect. */
function acting(
  callback: Callback,
  act: (session: Session) => Promise<void>,
  turn = 1,
): ActingRig {
  const more: ConnectOptions = {
    [callback](): Promise<void> | undefined {
      if (!it.session || ++it.calls !== turn) return undefined;
      return act(it.session);
    },
  };
  const it: ActingRig = Object.assign(persistRig(more), { calls: 0 });
  return it;
}

for (
  const callback of ["onConnected", "onDisconnected", "onConnectError"] as const
) {
  Deno.test(`${callback} may close the session`, async () => {
    const it = acting(callback, close);
    const session = it.session = await opened(it);
    const seen: LifecycleEvent["type"][] = [];
    coreOf(session).observers.add(({ type }) => seen.push(type));
    it.up = callback !== "onConnectError";
    drop(it);
    const waiting = call(session, "anything").catch((error) => error);
    await it.clock.advance(5_000);
    assert((await session.closed).clean);
    const late = await waiting;
    assert(late instanceof ConnectionException, Deno.inspect(late));
    assertFalse(late.sent);
    // Nothing is announced that does not happen any more.
    const told = {
      onDisconnected: ["disconnected", "ended"],
      onConnectError: [
        "disconnected",
        "reconnecting",
        "connect-error",
        "ended",
      ],
      onConnected: [
        "disconnected",
        "reconnecting",
        "connected",
        "disconnected",
        "ended",
      ],
    };
    assertEquals(seen, told[callback]);
    const dials = it.transport.dials.length;
    const error = await assertRejects(
      () => call(session, "anything", {}, { timeout: Infinity }),
      ConnectionException,
    );
    assertEquals([error.code, error.sent], ["not-connected", false]);
    await it.clock.advance(60_000);
    assertEquals(it.transport.dials.length, dials);
    assertEquals(it.clock.timers, 0);
  });

  Deno.test(`${callback} may move the session`, async () => {
    const it = acting(callback, (session) => {
      it.up = true;
      return setConnectionParams(session, { auth: "another" });
    });
    const session = it.session = await opened(it);
    it.up = callback !== "onConnectError";
    drop(it);
    const waiting = call(session, "anything");
    await it.clock.advance(5_000);
    await waiting;
    assert(isConnected(session));
    const logins = it.log.filter((line) => line.startsWith("auth"));
    assertEquals(logins.at(-1), "auth another");
    const { sent } = it.transport.dials.at(-1)!;
    assertEquals(
      sent.map(({ message }) => "command" in message && message.command),
      ["auth", "anything"],
    );
    await shut(it, session);
  });
}

Deno.test("a refused credential can be replaced in onConnectError", async () => {
  const it = acting(
    "onConnectError",
    (session) => setConnectionParams(session, { auth: "another" }),
    // The durable token is refused first, which is not final.
    2,
  );
  const session = it.session = await opened(it);
  it.login = (auth) => auth === "another";
  drop(it);
  await it.clock.advance(5_000);
  assert(isConnected(session));
  assertEquals(
    it.log.filter((line) => line.startsWith("auth")),
    ["auth key", "auth durable", "auth key", "auth another"],
  );
  await shut(it, session);
});

Deno.test("calls that are made in onDisconnected wait for the line", async () => {
  const answers: Promise<unknown>[] = [];
  const it = acting("onDisconnected", async (session) => {
    answers.push(call(session, "anything"));
    await Promise.all(answers);
  });
  const session = it.session = await opened(it);
  drop(it);
  await it.clock.advance(1_000);
  assertEquals(answers.length, 1);
  await Promise.all(answers);
  await shut(it, session);
});

Deno.test("a session that moves in onDisconnected leaves no call waiting for the connection that was lost", async () => {
  const it = acting(
    "onDisconnected",
    (session) => setConnectionParams(session, { auth: "another" }),
  );
  const session = it.session = await opened(it);
  const flying = watch(
    it.log,
    "flying",
    call(session, "silence", {}, { timeout: Infinity }),
  );
  drop(it);
  await it.clock.advance(5_000);
  assert(it.log.includes("flying fails: connection-lost, sent true"));
  await flying;
  assert(isConnected(session));
  await shut(it, session);
});

for (const [when, last] of [["a drop", 1], ["a failed attempt", 2]] as const) {
  Deno.test(`shouldReconnect may close the session after ${when}`, async () => {
    const closing: Promise<void>[] = [];
    const it: PersistRig = persistRig({
      reconnect: {
        shouldReconnect(_error, attempt): boolean {
          if (attempt === last) closing.push(close(session));
          return true;
        },
      },
    });
    const session: Session = await opened(it);
    it.up = false;
    drop(it);
    await it.clock.advance(60_000);
    await Promise.all(closing);
    assertEquals(closing.length, 1);
    assert((await session.closed).clean);
    const { length } = it.transport.dials;
    it.up = true;
    await it.clock.advance(60_000);
    assertEquals(it.transport.dials.length, length);
    assertEquals(it.clock.timers, 0);
  });
}

for (const [when, last] of [["a drop", 1], ["a failed attempt", 2]] as const) {
  Deno.test(`what shouldReconnect throws after ${when} ends the session`, async () => {
    const fault = new Error("decide");
    const it = persistRig({
      reconnect: {
        shouldReconnect(_error, attempt): boolean {
          if (attempt === last) throw fault;
          return true;
        },
      },
    });
    const session = await opened(it);
    it.up = false;
    drop(it);
    const waiting = assertRejects(() => call(session, "rrext_x"), Error);
    await it.clock.advance(60_000);
    assert((await waiting) instanceof Error);
    assertEquals((await session.closed).clean, false);
    assertStrictEquals(session.signal.reason, fault);
    assertEquals(it.clock.timers, 0);
  });
}

Deno.test("a move whose session is closed after a failed attempt says so", async () => {
  const it = acting("onConnectError", close);
  const session = it.session = await opened(it);
  it.up = false;
  const moving = setConnectionParams(session, { auth: "another" });
  const error = assertRejects(() => moving, ConnectionException);
  await it.clock.advance(5_000);
  assertEquals((await error).code, "connection-closed");
  await shut(it, session);
});

Deno.test("calls that waited leave in their order, whether they have a signal or not", async () => {
  const it = persistRig();
  const session = await opened(it);
  drop(it);
  const { signal } = new AbortController();
  const names = ["first", "second", "third", "fourth"];
  const calls = names.map((name, index) =>
    call(session, name, {}, index % 2 === 0 ? { signal } : {})
  );
  await it.clock.advance(1_000);
  await Promise.all(calls);
  assertEquals(
    it.transport.dials.at(-1)!.sent.map(({ message }) =>
      "command" in message && message.command
    ),
    ["auth", ...names],
  );
  await shut(it, session);
});

Deno.test("a start that waited for a move has `sent: false` when the session closes", async () => {
  const it = persistRig();
  it.silent.add("execute");
  const session = await opened(it);
  const pipeline = { components: [], source: "a", project_id: "p" };
  watch(it.log, "sent", use(session, { pipeline }));
  await it.clock.advance(0);
  const moving = setConnectionParams(session, {}).catch(() => {});
  watch(it.log, "queued", use(session, { pipeline }));
  await it.clock.advance(0);
  await shut(it, session);
  await moving;
  assertEquals(it.log.filter((line) => line.includes("fails")), [
    "sent fails: connection-closed, sent true",
    "queued fails: connection-closed, sent false",
  ]);
});

Deno.test("whether a session is connected is never more than the truth", async () => {
  const seen: [string, boolean][] = [];
  const sessions: Session[] = [];
  function note(what: string): void {
    for (const session of sessions) {
      const { connected } = getConnectionInfo(session);
      assertEquals(connected, isConnected(session));
      seen.push([what, connected]);
    }
  }
  const it = persistRig({
    onConnected: () => note("connected"),
    onDisconnected: () => note("disconnected"),
    onConnectError: () => note("error"),
  });
  const session = await opened(it);
  sessions.push(session);
  coreOf(session).restorers.add(async (signal) => {
    note("restoring");
    await call(session, "anything", {}, { signal });
    note("restored");
  });
  it.up = false;
  drop(it);
  await it.clock.advance(200);
  it.up = true;
  await it.clock.advance(1_000);
  assertEquals(seen, [
    ["disconnected", false],
    ["error", false],
    ["restoring", false],
    ["restored", false],
    ["connected", true],
  ]);
  await shut(it, session);
});

Deno.test("lifecycle() keeps the latest 64 events for a slow reader", async () => {
  const it = persistRig();
  const session = await opened(it);
  const stream = lifecycle(session);
  for (let time = 0; time < 50; time++) {
    drop(it);
    await it.clock.advance(20_000);
  }
  await shut(it, session);
  const seen: string[] = [];
  for await (const { type } of stream) seen.push(type);
  // The first one waits in the stream, the others before it.
  assertEquals(seen.length, 65);
  assertEquals([seen[0], seen.at(-1)], ["connected", "ended"]);
  assertEquals(coreOf(session).observers.size, 0);
});

Deno.test("lifecycle() that is cancelled stops watching, and that only", async () => {
  const it = persistRig();
  const session = await opened(it);
  const before = coreOf(session).observers.size;
  const stream = lifecycle(session);
  await stream.cancel();
  assertEquals(coreOf(session).observers.size, before);
  assert(isConnected(session));
  await shut(it, session);
});
