import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { deferred } from "../../lib/async.ts";
import {
  AuthenticationException,
  ConnectionException,
  ValidationException,
} from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import {
  close,
  getApiKey,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import { coreOf } from "../../lib/session/core.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import {
  type Handler,
  hangUp,
  refuseLogin,
  scriptedServer,
  SILENCE,
  silent,
  WAYS,
} from "../support/scripted_server.ts";
import { rawServer } from "../support/raw_web_socket.ts";
import type { Message } from "../../schema/envelope.ts";
import {
  type ScriptedDial,
  scriptedTransport,
} from "../support/scripted_transport.ts";
import { hinted } from "../support/hinted.ts";

/** Answer everything well, at once. */
function answer({ seq }: Message, { handlers }: ScriptedDial): void {
  handlers.onMessage({ type: "response", seq: 1, request_seq: seq });
}

for (const way of WAYS) {
  Deno.test(`setConnectionParams() moves a session to another credential (${way})`, async () => {
    await using server = scriptedServer({
      tell(_, line): void {
        line.event("told");
      },
    });
    const heard: string[] = [];
    const session = await connect({
      ...server.target(way),
      onEvent: ({ event }) => heard.push(event),
    });
    await setConnectionParams(session, { auth: "another-key" });
    assertEquals(
      server.requests.map((it) => [it.command, it.arguments?.auth]),
      [["auth", "a-key"], ["auth", "another-key"]],
    );
    assertEquals((await (await server.line(0)).closed).code, 1000);
    assertEquals(getApiKey(session), "another-key");
    assert(isConnected(session));
    assertFalse(session.signal.aborted);
    await call(session, "tell");
    assertEquals(heard, ["told"]);
    await close(session);
    assert((await session.closed).clean);
  });

  Deno.test(`calls in flight are told that the session has moved (${way})`, async () => {
    await using server = scriptedServer({ never: silent });
    const session = await connect(server.target(way));
    const waiting = call(session, "never");
    const failed = assertRejects(() => waiting, ConnectionException);
    await server.received("never");
    await setConnectionParams(session, {});
    const error = await failed;
    assertEquals([error.code, error.sent, error.message], [
      "connection-closed",
      true,
      "Connection parameters changed",
    ]);
    await close(session);
  });

  Deno.test(`a session whose new credential is refused has ended (${way})`, async () => {
    const auth: Handler = (request, line) =>
      request.arguments?.auth === "a-key"
        ? {}
        : refuseLogin("Invalid API key")(request, line);
    await using server = scriptedServer({ auth });
    const session = await connect(server.target(way));
    const error = await assertRejects(
      () => setConnectionParams(session, { auth: "wrong" }),
      AuthenticationException,
    );
    assertStrictEquals(session.signal.reason, error);
    assertEquals(await session.closed, {
      clean: false,
      code: 1006,
      reason: hinted("Invalid API key", error.hint),
    });
    assertEquals(server.lines.length, 2);
    await close(session);
  });
}

Deno.test("a session moves to another engine, and its address with it", async () => {
  await using first = scriptedServer();
  await using second = scriptedServer();
  const session = await connect(first.target("socket"));
  await setConnectionParams(session, { uri: second.uri() });
  assertEquals(session.uri, `${second.uri()}/task/service`);
  assertEquals(second.requests[0]?.arguments?.auth, "a-key");
  await (await first.line()).closed;
  await close(session);
});

Deno.test("a session whose new engine hangs up has ended with that engine's code", async () => {
  await using first = scriptedServer();
  await using second = scriptedServer({ auth: hangUp(4000, "restarting") });
  const session = await connect(first.target("socket"));
  await assertRejects(
    () => setConnectionParams(session, { uri: second.uri() }),
    ConnectionException,
    "restarting",
  );
  assertEquals(await session.closed, {
    clean: false,
    code: 4000,
    reason: "restarting",
  });
});

Deno.test("an old line's end and answers do not reach the new one", async () => {
  await using server = scriptedServer({ never: silent });
  const session = await connect(server.target("memory"));
  call(session, "never").catch(() => {});
  const asked = await server.received("never");
  await setConnectionParams(session, {});
  const old = await server.line(0);
  old.reply(asked, {});
  old.close(4000);
  await drainMicrotasks();
  assert(isConnected(session));
  assertEquals(await call(session, "rrext_ping"), { pong: true });
  await close(session);
});

Deno.test("a transport that goes on after a close is not heard", async () => {
  const heard: string[] = [];
  const transport = scriptedTransport({ opens: true, onSend: answer });
  const session = await connect({
    uri: "x",
    transport,
    env: {},
    onEvent: ({ event }) => heard.push(event),
  });
  transport.dials[0]?.closed.resolve();
  await setConnectionParams(session, {});
  const [old, present] = transport.dials;
  old?.handlers.onMessage({ type: "event", seq: 1, event: "old", body: {} });
  old?.handlers.onClose({ code: 4000, reason: "old news" });
  present?.handlers.onMessage({
    type: "event",
    seq: 1,
    event: "new",
    body: {},
  });
  assertEquals(heard, ["new"]);
  assert(isConnected(session));
  present?.closed.resolve();
  await close(session);
});

/** Parameters that cannot be used, with what is wrong with them. */
const UNUSABLE = [
  [{ uri: "" }, ValidationException],
  [{ uri: "ftp://example.com" }, ValidationException],
  [{ uri: "example.com" }, ValidationException],
  [{ uri: "wss://example.com", auth: "" }, ValidationException],
  [{ auth: "another", timeout: -1 }, RangeError],
  [{ auth: 5 as unknown as string }, TypeError],
  [{ auth: null as unknown as string }, TypeError],
  [{ auth: " another" }, TypeError],
] as const;

for (const [params, kind] of UNUSABLE) {
  Deno.test(`a session stays where it is after ${JSON.stringify(params)}`, async () => {
    await using server = scriptedServer();
    const session = await connect(server.target("socket"));
    await assertRejects(() => setConnectionParams(session, params), kind);
    assertEquals(getApiKey(session), "a-key");
    assertEquals(await call(session, "rrext_ping"), { pong: true });
    assertEquals(server.lines.length, 1);
    await close(session);
  });
}

Deno.test("a session stays as it is when the signal has aborted before", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  const moving = setConnectionParams(session, {
    auth: "another",
    signal: AbortSignal.abort("over"),
  });
  assertEquals(await moving.catch((thrown) => thrown), "over");
  assertEquals(getApiKey(session), "a-key");
  assertEquals(await call(session, "rrext_ping"), { pong: true });
  await close(session);
});

Deno.test("nothing is sent before the new login is answered, since an engine would hang up on it", async () => {
  const gate = deferred<void>();
  let logins = 0;
  await using server = scriptedServer({
    async auth(): Promise<Record<string, never>> {
      if (++logins === 2) await gate.promise;
      return {};
    },
  });
  const session = await connect(server.target("memory"));
  const moving = setConnectionParams(session, {});
  await server.received("auth", 1);
  assertFalse(isConnected(session));
  const error = await assertRejects(
    () => call(session, "rrext_ping"),
    ConnectionException,
  );
  assertEquals([error.code, error.sent], ["not-connected", false]);
  gate.resolve();
  await moving;
  assertEquals(server.requests.map(({ command }) => command), ["auth", "auth"]);
  await close(session);
});

Deno.test("a later move supersedes one that is under way", async () => {
  const auth: Handler = (request) =>
    request.arguments?.auth === "slow" ? SILENCE : {};
  await using server = scriptedServer({ auth });
  const session = await connect(server.target("memory"));
  const slow = setConnectionParams(session, { auth: "slow" });
  const superseded = assertRejects(() => slow, ConnectionException);
  await server.received("auth", 1);
  await setConnectionParams(session, { auth: "quick" });
  assertEquals((await superseded).code, "connection-closed");
  assertEquals(getApiKey(session), "quick");
  assertEquals(await call(session, "rrext_ping"), { pong: true });
  assertEquals((await (await server.line(1)).closed).code, 1000);
  await close(session);
  assert((await session.closed).clean);
});

Deno.test("of moves that begin at once the last one counts", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  const moves = ["one", "two", "three"]
    .map((auth) => setConnectionParams(session, { auth }));
  const outcomes = await Promise.allSettled(moves);
  assertEquals(outcomes.map(({ status }) => status), [
    "rejected",
    "rejected",
    "fulfilled",
  ]);
  assertEquals(server.requests.at(-1)?.arguments?.auth, "three");
  assert(isConnected(session));
  await close(session);
});

Deno.test("close() cancels a move that is still dialling", async () => {
  await using server = scriptedServer();
  await using deaf = rawServer();
  const session = await connect(server.target("socket"));
  const moving = setConnectionParams(session, { uri: deaf.uri });
  const failed = assertRejects(() => moving, ConnectionException);
  const raw = await deaf.accept();
  await close(session);
  assertEquals((await failed).code, "connection-closed");
  assert((await session.closed).clean);
  raw.hangUp();
});

Deno.test("a move that was superseded before it dialled does not dial any more", async () => {
  const transport = scriptedTransport({ opens: true, onSend: answer });
  const session = await connect({ uri: "x", transport, env: {} });
  const first = setConnectionParams(session, { auth: "first" });
  const superseded = assertRejects(() => first, ConnectionException);
  await setConnectionParams(session, { auth: "second" });
  transport.dials[0]?.closed.resolve();
  await superseded;
  assertEquals(transport.dials.length, 2);
  transport.dials[1]?.closed.resolve();
  await close(session);
});

Deno.test("an attempt that is superseded while its connection closes is not repeated", async () => {
  const clock = fakeClock();
  const transport = scriptedTransport({
    opens: true,
    onSend(message, dial): void {
      // The login on the second connection is not answered.
      if (dial !== transport.dials[1]) answer(message, dial);
    },
  });
  const session = await connect({
    uri: "x",
    transport,
    env: {},
    clock,
    persist: true,
    timeout: 1_000,
    heartbeat: false,
  });
  const [first] = transport.dials;
  first!.closed.resolve();
  first!.handlers.onClose({ code: 1006, reason: "" });
  await clock.advance(250);
  assertEquals(transport.dials.length, 2);
  await clock.advance(1_000);
  assertEquals(transport.dials[1]!.closes.length, 1);
  await setConnectionParams(session, { auth: "b" });
  assertEquals([isConnected(session), transport.dials.length], [true, 3]);
  transport.dials[1]!.closed.resolve();
  await clock.advance(60_000);
  assertEquals([isConnected(session), transport.dials.length], [true, 3]);
  transport.dials[2]!.closed.resolve();
  await close(session);
  assertEquals(clock.timers, 0);
});

Deno.test("moves that are superseded at any moment leave no connection open", async () => {
  for (let at = 0; at < 20 * 20; at++) {
    const server = scriptedServer();
    const session = await connect(server.target("memory"));
    const superseded: Promise<unknown>[] = [];
    for (const turns of [at % 20, Math.floor(at / 20)]) {
      const moved = setConnectionParams(session, { auth: "superseded" });
      superseded.push(moved.catch((error) => error));
      for (let turn = 0; turn < turns; turn++) await null;
    }
    await setConnectionParams(session, { auth: "last" });
    await Promise.all(superseded);
    assertEquals([getApiKey(session), isConnected(session)], ["last", true]);
    await close(session);
    let closed = 0;
    for (const line of server.lines) line.closed.then(() => closed++);
    await drainMicrotasks();
    assertEquals([at, closed], [at, server.lines.length]);
    await server.close();
  }
});

Deno.test("a session whose line dropped cannot be moved", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  (await server.line()).close(4000);
  await session.closed;
  const error = await assertRejects(
    () => setConnectionParams(session, {}),
    ConnectionException,
  );
  assertEquals([error.code, server.lines.length], ["not-connected", 1]);
});

Deno.test("close() does not make the end of a failed move look clean", async () => {
  const transport = scriptedTransport({
    opens: true,
    onSend({ seq }, { handlers, url }): void {
      const success = url.host === "first";
      const message = "Invalid API key";
      handlers.onMessage({
        type: "response",
        seq: 1,
        request_seq: seq,
        success,
        message,
      });
    },
  });
  const uri = "memory://first";
  const session = await connect({ uri, transport, env: {} });
  transport.dials[0]?.closed.resolve();
  // The line of the refused login takes its time to close.
  const moving = setConnectionParams(session, { uri: "memory://second" });
  const failed = assertRejects(() => moving, AuthenticationException);
  await drainMicrotasks();
  assert(session.signal.aborted);
  await close(session);
  transport.dials[1]?.closed.resolve();
  await failed;
  assertEquals(await session.closed, {
    clean: false,
    code: 1006,
    reason: hinted(
      "Invalid API key",
      "Give the auth option or set ROCKETRIDE_APIKEY",
    ),
  });
});

Deno.test("what lives on a line is released before it moves, and told once that it has moved", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  const told: unknown[] = [];
  coreOf(session).attachments.add({
    release(reason): Promise<unknown> {
      told.push(`release: ${(reason as Error).message}`);
      return Promise.reject(new Error("cannot"));
    },
    lost: (reason) => told.push((reason as Error).message),
  });
  await setConnectionParams(session, {});
  await close(session);
  assertEquals(told, [
    "release: Connection parameters changed",
    "Connection parameters changed",
  ]);
});

Deno.test("a session that is closed or closing cannot be moved", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  const closing = close(session);
  for (let round = 0; round < 2; round++) {
    const error = await assertRejects(
      () => setConnectionParams(session, { auth: "x" }),
      ConnectionException,
    );
    const codes = ["connection-closed", "not-connected"];
    assertEquals(error.code, codes[round]);
    await closing;
  }
  assertEquals(server.lines.length, 1);
});

Deno.test("an old engine that is silent delays a move by a second at most", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const session = await connect({ ...server.target("memory"), clock });
  (await server.line()).mute();
  await setConnectionParams(session, {});
  assert(isConnected(session));
  await close(session);
  assertEquals(clock.timers, 0);
});

Deno.test("a line that opens in the very turns in which the session closes is closed, too", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const clock = fakeClock();
    const server = scriptedServer();
    const session = await connect({ ...server.target("memory"), clock });
    const moved = assertRejects(() =>
      setConnectionParams(session, { auth: "b" })
    );
    for (let turn = 0; turn < turns; turn++) await null;
    const closing = close(session);
    await clock.advance(5_000);
    await Promise.all([moved, closing]);
    for (const line of server.lines) await line.closed;
    assertEquals((await session.closed).clean, true);
    await server.close();
  }
});

Deno.test("a session that a credential ends without a reason says that it is closed", async () => {
  await using server = scriptedServer({ never: silent });
  let count = 0;
  const session = await connect({
    ...server.target("memory"),
    auth(): string {
      if (count++ > 0) throw undefined;
      return "a-key";
    },
  });
  const moved = setConnectionParams(session, {});
  assertEquals(await moved.catch((error) => [error]), [undefined]);
  const { reason } = session.signal;
  assert(reason instanceof ConnectionException);
  assertEquals(reason.code, "connection-closed");
  assertStrictEquals(coreOf(session).closing.signal.reason, reason);
});

Deno.test("an invalid credential is refused before a session moves", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  for (const auth of [5, {}, " key", "key\n"]) {
    await assertRejects(
      () => setConnectionParams(session, { auth: auth as string }),
      TypeError,
      "Cannot use auth",
    );
  }
  assert(isConnected(session));
  assertEquals([server.lines.length, getApiKey(session)], [1, "a-key"]);
  await close(session);
});
