import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  AuthenticationException,
  ConnectionException,
  TimeoutException,
} from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import {
  close,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import { coreOf } from "../../lib/session/core.ts";
import { lifecycle } from "../../lib/session/lifecycle.ts";
import type { Session } from "../../lib/session/session.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";

Deno.test("a lost line is dialled again, with growing pauses", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.up = false;
  drop(it);
  assertFalse(isConnected(session));
  const at: number[] = [];
  for (let ms = 0; ms < 2_000; ms += 125) {
    await it.clock.advance(125);
    if (it.transport.dials.length > at.length + 1) at.push(it.clock.now());
  }
  assertEquals(at, [125, 375, 875, 1875]);
  it.up = true;
  await it.clock.advance(2_000);
  assert(isConnected(session));
  assertEquals(it.log, [
    "auth key",
    "connected",
    "disconnected true cut",
    "error Nobody is there",
    "error Nobody is there",
    "error Nobody is there",
    "error Nobody is there",
    "auth durable",
    "connected",
  ]);
  await shut(it, session);
  assertEquals(it.log.at(-1), "disconnected false Closed by the client");
});

Deno.test("pauses start small again only after a login that lasted", async () => {
  const it = persistRig();
  const session = await opened(it);
  for (const [lasts, pause] of [[0, 125], [9_999, 250], [10_000, 125]]) {
    await it.clock.advance(lasts!);
    drop(it);
    const dials = it.transport.dials.length;
    await it.clock.advance(pause! - 1);
    assertEquals(it.transport.dials.length, dials, `${lasts}`);
    await it.clock.advance(1);
    assertEquals(it.transport.dials.length, dials + 1, `${lasts}`);
  }
  await shut(it, session);
});

Deno.test("connect() with persist waits for an engine that comes later", async () => {
  const it = persistRig();
  it.up = false;
  const connecting = connect(it.options);
  await it.clock.advance(10_000);
  it.up = true;
  await it.clock.advance(10_000);
  const session = await connecting;
  assertEquals(it.log.at(-1), "connected");
  assert(it.log.filter((line) => line.startsWith("error")).length > 3);
  assertFalse(it.log.some((line) => line.startsWith("disconnected")));
  await shut(it, session);
});

Deno.test("maxRetryTime gives up, with one last call that says so", async () => {
  const it = persistRig({ maxRetryTime: 1_000 });
  it.up = false;
  const refused = assertRejects(
    () => connect(it.options),
    ConnectionException,
    "Gave up connecting after 1000 ms: Nobody is there",
  );
  await it.clock.advance(1_000);
  await refused;
  assertEquals(
    it.log.filter((line) => line.includes("Gave up")).length,
    1,
  );
  assertEquals(it.log.at(-1)?.startsWith("error Gave up"), true);
  assertEquals(it.clock.timers, 0);
});

Deno.test("a refused credential is final, also while reconnecting", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.login = () => false;
  drop(it);
  await it.clock.advance(4_000);
  const end = await session.closed;
  assertFalse(end.clean);
  assert(session.signal.reason instanceof AuthenticationException);
  assertEquals(it.log.slice(2), [
    "disconnected true cut",
    "auth durable",
    "error Refused",
    "auth key",
    "error Refused. Check the credential; it is not tried again.",
  ]);
  assertEquals(it.clock.timers, 0);
});

Deno.test("a durable token that is refused gives way to the key", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.login = (auth) => auth === "key";
  for (const dials of [3, 4]) {
    drop(it);
    await it.clock.advance(4_000);
    assert(isConnected(session));
    assertEquals(it.transport.dials.length, dials);
  }
  await shut(it, session);
});

Deno.test("a credential function is asked on every dial", async () => {
  let asked = 0;
  const it = persistRig({ auth: () => `key ${++asked}` });
  const session = await opened(it);
  drop(it);
  await it.clock.advance(1_000);
  assertEquals(it.log.filter((line) => line.startsWith("auth")), [
    "auth key 1",
    "auth key 2",
  ]);
  await shut(it, session);
});

Deno.test("a credential function is told the attempt, and why there is another", async () => {
  const told: (readonly [number, unknown])[] = [];
  const refusal = new Error("vault is shut");
  const it = persistRig({
    auth({ attempt, reason }): string {
      told.push([attempt, reason]);
      if (told.length === 2) throw refusal;
      return "key";
    },
  });
  const session = await opened(it);
  drop(it);
  await it.clock.advance(1_000);
  assertEquals(told.map(([attempt]) => attempt), [0, 1, 2]);
  const [first, second, third] = told.map(([, reason]) => reason);
  assertEquals(first, undefined);
  assert(second instanceof ConnectionException && second.message === "cut");
  assertEquals(third, refusal);
  await it.clock.advance(10_000);
  drop(it);
  await it.clock.advance(1_000);
  assertEquals(told.at(-1)?.[0], 1);
  await shut(it, session);
});

Deno.test("a credential function that rejects with nothing is asked again after a pause as any other", async () => {
  let asked = 0;
  const it = persistRig({
    auth(): Promise<string> {
      // A test that waits for a pause must end where there is none.
      return ++asked > 50 ? Promise.resolve("key") : Promise.reject();
    },
  });
  const connecting = connect(it.options);
  await it.clock.advance(124);
  assertEquals(asked, 1);
  await it.clock.advance(1);
  assertEquals(asked, 2);
  asked = 50;
  await it.clock.advance(250);
  await shut(it, await connecting);
});

for (const code of [1012, 1013]) {
  Deno.test(`an engine that hangs up with ${code} gets the time that it asks for`, async () => {
    const it = persistRig({ random: () => 0 });
    const session = await opened(it);
    const { handlers } = it.transport.dials.at(-1)!;
    handlers.onClose({ code, reason: "later" });
    await it.clock.advance(4_999);
    assertEquals(it.transport.dials.length, 1);
    await it.clock.advance(1);
    assert(isConnected(session));
    await shut(it, session);
  });
}

Deno.test("who has no time to give tries before it is over", async () => {
  const it = persistRig({ maxRetryTime: 4_000 });
  const session = await opened(it);
  const { handlers } = it.transport.dials.at(-1)!;
  handlers.onClose({ code: 1012, reason: "later" });
  await it.clock.advance(125);
  assert(isConnected(session));
  await shut(it, session);
});

Deno.test("calls wait for the line; those in flight are told it was sent", async () => {
  const it = persistRig();
  const session = await opened(it);
  const flying = assertRejects(
    () => call(session, "silence"),
    ConnectionException,
  );
  it.up = false;
  drop(it);
  assert((await flying).sent);
  const data = new Uint8Array([1, 2]);
  const waiting = call(session, "anything", {}, { data });
  data.fill(9);
  const slow = assertRejects(
    () => call(session, "anything", {}, { timeout: 50 }),
    TimeoutException,
    "not connected within 50 ms",
  );
  const controller = new AbortController();
  const aborted = assertRejects(
    () => call(session, "anything", {}, { signal: controller.signal }),
    Error,
    "enough",
  );
  controller.abort(new Error("enough"));
  await aborted;
  await it.clock.advance(50);
  await slow;
  it.up = true;
  await it.clock.advance(1_000);
  await waiting;
  const { payload } = it.transport.dials.at(-1)!.sent.at(-1)!;
  assertEquals(payload, new Uint8Array([1, 2]));
  await shut(it, session);
});

Deno.test("closing while reconnecting ends everything at once", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.up = false;
  drop(it);
  const waiting = assertRejects(
    () => call(session, "anything"),
    ConnectionException,
  );
  await shut(it, session);
  assertEquals((await waiting).code, "connection-closed");
  assert((await session.closed).clean);
  const dials = it.transport.dials.length;
  await it.clock.advance(60_000);
  assertEquals(it.transport.dials.length, dials);
});

Deno.test("a line that is lost during restoring is dialled again", async () => {
  const it = persistRig();
  const session = await opened(it);
  let restored = 0;
  coreOf(session).restorers.add(async (signal) => {
    restored++;
    if (restored === 1) drop(it);
    await call(session, restored === 1 ? "silence" : "anything", {}, { signal })
      .catch(() => {});
  });
  drop(it);
  await it.clock.advance(5_000);
  assert(isConnected(session));
  assertEquals(restored, 2);
  assertEquals(it.log.filter((line) => line === "connected").length, 2);
  await shut(it, session);
});

Deno.test("callbacks that throw or never settle harm nothing", async () => {
  const it = persistRig({
    onConnected: () => Promise.reject(new Error("mine")),
    onDisconnected: () => {
      throw new Error("mine");
    },
    onConnectError: () => new Promise(() => {}),
  });
  const session = await opened(it);
  it.up = false;
  drop(it);
  await it.clock.advance(1_000);
  it.up = true;
  await it.clock.advance(5_000);
  assert(isConnected(session));
  await shut(it, session);
});

Deno.test("a callback may close the session", async () => {
  const sessions: Session[] = [];
  const it = persistRig({
    onDisconnected: () => sessions[0] && close(sessions[0]),
  });
  const session = await opened(it);
  sessions.push(session);
  drop(it);
  await it.clock.advance(5_000);
  assert((await session.closed).clean);
  assertEquals(it.transport.dials.length, 1);
  assertEquals(it.clock.timers, 0);
});

Deno.test("setConnectionParams takes over while the line is being dialled", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.up = false;
  drop(it);
  await it.clock.advance(200);
  it.up = true;
  const moving = setConnectionParams(session, { auth: "other" });
  await it.clock.advance(0);
  await moving;
  assert(isConnected(session));
  assertEquals(it.log.slice(-2), ["auth other", "connected"]);
  await shut(it, session);
});

Deno.test("lifecycle() tells what happens, to the end", async () => {
  const it = persistRig();
  const session = await opened(it);
  const stream = lifecycle(session);
  it.up = false;
  drop(it);
  await it.clock.advance(200);
  it.up = true;
  await it.clock.advance(1_000);
  await shut(it, session);
  const seen: string[] = [];
  for await (const { type } of stream) seen.push(type);
  assertEquals(seen, [
    "connected",
    "disconnected",
    "reconnecting",
    "connect-error",
    "reconnecting",
    "connected",
    "disconnected",
    "ended",
  ]);
  for await (const { type } of lifecycle(session)) assertEquals(type, "ended");
});

Deno.test("protocol and debug messages hold no credential", async () => {
  const messages: string[] = [];
  const it = persistRig({
    onProtocolMessage: (text) => void messages.push(text),
    onDebugMessage: (text) => void messages.push(text),
  });
  const session = await opened(it);
  const data = new TextEncoder().encode("payload");
  await Promise.all([
    call(session, "anything", {}, { data }),
    it.clock.advance(0),
  ]);
  await shut(it, session);
  const all = messages.join("\n");
  assertStringIncludes(all, '-> {"type":"request"');
  assertStringIncludes(all, "<- {");
  assertStringIncludes(all, "Connected to ws://localhost");
  for (const secret of ['"key"', "durable", "payload"]) {
    assertFalse(all.includes(secret), secret);
  }
});

Deno.test("a first login that is never answered costs an attempt, not the session", async () => {
  const it = persistRig({ timeout: 2_000 });
  it.silent.add("auth");
  const connecting = connect(it.options);
  await it.clock.advance(2_050);
  it.silent.delete("auth");
  await it.clock.advance(3_000);
  const session = await connecting;
  assert(isConnected(session));
  await shut(it, session);
  assertEquals(it.log, [
    'error Cannot log in at "ws://localhost/": no answer within 2000 ms',
    "auth key",
    "connected",
    "disconnected false Closed by the client",
  ]);
});

Deno.test("who gives up says what the last failure advised, in the hint as well", async () => {
  const error = await assertRejects(
    () =>
      connect({
        uri: "ws://127.0.0.1:1",
        auth: "key",
        env: {},
        persist: true,
        maxRetryTime: 1,
      }),
    ConnectionException,
    "Gave up connecting",
  );
  assertStringIncludes(error.hint ?? "", "Check that the engine runs");
  assertEquals(error.message.split(error.hint ?? "").length, 2);
});
