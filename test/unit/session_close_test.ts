import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { deferred } from "../../lib/async.ts";
import { ConnectionException, ProtocolException } from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import { close, isConnected } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { coreOf } from "../../lib/session/core.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  type ScriptedDial,
  scriptedTransport,
} from "../support/scripted_transport.ts";
import {
  hangUp,
  type Script,
  type ScriptedServer,
  scriptedServer,
  silent,
  type Way,
  WAYS,
} from "../support/scripted_server.ts";

async function withSession(
  way: Way,
  script: Script,
  body: (session: Session, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = scriptedServer(script);
  const session = await connect(server.target(way));
  await body(session, server);
  await close(session);
}

for (const way of WAYS) {
  Deno.test(`close() closes the line, which logs out, and says so (${way})`, async () => {
    await withSession(way, {}, async (session, server) => {
      const line = await server.line();
      await close(session);
      assertEquals(server.requests.map(({ command }) => command), [
        "auth",
      ]);
      assertEquals(await line.closed, { code: 1000, reason: "" });
      assertEquals(await session.closed, {
        clean: true,
        code: 1000,
        reason: "Closed by the client",
      });
      assertFalse(isConnected(session));
      assert(session.signal.aborted);
      assertInstanceOf(session.signal.reason, ConnectionException);
      assertEquals(session.signal.reason.code, "connection-closed");
    });
  });

  Deno.test(`a session that has waited in vain for an answer sends nothing when it is closed (${way})`, async () => {
    await withSession(way, { never: silent }, async (session, server) => {
      call(session, "never").catch(() => {});
      await server.received("never");
      await close(session);
      assertEquals(server.requests.map(({ command }) => command), [
        "auth",
        "never",
      ]);
    });
  });

  Deno.test(`an engine that hangs up on what is freed does not make the end unclean (${way})`, async () => {
    await withSession(way, { free: hangUp(4000, "bye") }, async (session) => {
      attach(session, () => free(session));
      await close(session);
      assert((await session.closed).clean);
      assertEquals(session.signal.reason.code, "connection-closed");
    });
  });

  Deno.test(`close() may be called twice, at once and later (${way})`, async () => {
    await withSession(way, {}, async (session, server) => {
      await Promise.all([close(session), close(session)]);
      await close(session);
      assertEquals((await (await server.line()).closed).code, 1000);
    });
  });

  Deno.test(`calls that wait are told that the session was closed (${way})`, async () => {
    await withSession(way, { never: silent }, async (session, server) => {
      const waiting = call(session, "never");
      const failed = assertRejects(() => waiting, ConnectionException);
      await server.received("never");
      await close(session);
      const error = await failed;
      assertEquals([error.code, error.sent, error.message], [
        "connection-closed",
        true,
        "Session was closed",
      ]);
    });
  });

  Deno.test(`after close() nothing can be called (${way})`, async () => {
    await withSession(way, {}, async (session, server) => {
      await close(session);
      const before = server.requests.length;
      const error = await assertRejects(
        () => call(session, "rrext_ping"),
        ConnectionException,
      );
      assertEquals([error.code, error.sent], ["not-connected", false]);
      assertEquals(server.requests.length, before);
    });
  });

  Deno.test(`a session can be disposed of (${way})`, async () => {
    await using server = scriptedServer();
    let kept: Session;
    {
      await using session = await connect(server.target(way));
      kept = session;
    }
    assertFalse(isConnected(kept));
    assert((await kept.closed).clean);
  });

  Deno.test(`a line that drops ends the session and fails what waits (${way})`, async () => {
    await withSession(way, { never: silent }, async (session, server) => {
      const waiting = call(session, "never");
      const failed = assertRejects(() => waiting, ConnectionException);
      await server.received("never");
      (await server.line()).close(4321, "maintenance");
      const error = await failed;
      assertEquals(error.message, "maintenance");
      assertEquals(
        [error.code, error.sent, error.retryable, error.closeCode],
        ["connection-lost", true, true, 4321],
      );
      assertStrictEquals(session.signal.reason, error);
      assertFalse(isConnected(session));
      assertEquals(await session.closed, {
        clean: false,
        code: 4321,
        reason: "maintenance",
      });
      const next = await assertRejects(
        () => call(session, "rrext_ping"),
        ConnectionException,
      );
      assertEquals([next.code, next.sent], ["not-connected", false]);
    });
  });

  Deno.test(`a drop without words says its code (${way})`, async () => {
    await withSession(way, { drop: hangUp(4999) }, async (session) => {
      const error = await assertRejects(
        () => call(session, "drop"),
        ConnectionException,
      );
      assertEquals(error.message, "Connection was lost (close code 4999)");
    });
  });
}

Deno.test("close() towards an engine that has gone silent takes no longer than its grace", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const session = await connect({ ...server.target("memory"), clock });
  (await server.line()).mute();
  attach(session, () => free(session));
  let closed = false;
  const closing = close(session).then(() => closed = true);
  await clock.advance(999);
  assertFalse(closed);
  assertEquals(server.requests.at(-1)?.command, "free");
  await clock.advance(1);
  await closing;
  assertEquals(clock.timers, 0);
});

Deno.test("the grace can be chosen, down to none", async () => {
  for (const grace of [0, 50]) {
    await using server = scriptedServer();
    const clock = fakeClock();
    const session = await connect({ ...server.target("memory"), clock });
    (await server.line()).mute();
    attach(session, () => free(session));
    const closing = close(session, { grace });
    await clock.advance(grace);
    await closing;
    assert((await session.closed).clean);
  }
});

Deno.test("1009 tells that a message was too large, and another try does not help", async () => {
  await withSession("memory", { drop: hangUp(1009) }, async (session) => {
    const error = await assertRejects(
      () => call(session, "drop"),
      ConnectionException,
    );
    assertEquals([error.closeCode, error.retryable], [1009, false]);
    assert(error.hint?.includes("250 MiB"));
  });
});

Deno.test("a malformed frame fails what waits with ProtocolException", async () => {
  await using server = scriptedServer({ never: silent });
  const session = await connect(server.target("socket"));
  const waiting = call(session, "never");
  const failed = assertRejects(() => waiting, ProtocolException);
  await server.received("never");
  (await server.line()).raw("not json");
  const error = await failed;
  assertEquals(
    error.message,
    "Cannot read frame: expected one JSON object in UTF-8 with a type",
  );
  assertStrictEquals(session.signal.reason, error);
  assertEquals((await session.closed).code, 4002);
});

Deno.test("an engine that falls silent is noticed after 35 s, and the session ends", async () => {
  await using server = scriptedServer({ never: silent });
  const clock = fakeClock();
  const session = await connect({
    ...server.target("memory"),
    clock,
    requestTimeout: Infinity,
  });
  const waiting = call(session, "never");
  const failed = assertRejects(() => waiting, ConnectionException);
  (await server.line()).mute();
  await clock.advance(34_999);
  assert(isConnected(session));
  await clock.advance(1);
  const error = await failed;
  assertEquals([error.closeCode, error.retryable], [1006, true]);
  assertEquals(error.message, "No sign of life for 35000 ms");
  assertFalse(isConnected(session));
  await close(session);
  assertEquals(clock.timers, 0);
});

/** A session on a line that the test holds in its hands. */
async function onScriptedLine(
  options: Partial<ConnectOptions> = {},
): Promise<{ session: Session; dial: ScriptedDial }> {
  const transport = scriptedTransport({
    opens: true,
    onSend({ seq }, { handlers }): void {
      handlers.onMessage({ type: "response", seq: 1, request_seq: seq });
    },
  });
  const session = await connect({ uri: "x", transport, env: {}, ...options });
  return { session, dial: transport.dials[0]! };
}

Deno.test("close() waits for the line to be closed, for a second at most", async () => {
  for (const answers of [true, false]) {
    const clock = fakeClock();
    const { session, dial } = await onScriptedLine({ clock });
    let closed = false;
    const closing = close(session).then(() => closed = true);
    await clock.advance(999);
    assertEquals([closed, dial.closes.length], [false, 1]);
    if (answers) dial.closed.resolve();
    else await clock.advance(1);
    await closing;
    assertEquals(clock.timers, 0);
  }
});

Deno.test("a line that dropped is not closed once more", async () => {
  const { session, dial } = await onScriptedLine();
  dial.handlers.onClose({ code: 4000, reason: "" });
  await session.closed;
  await close(session);
  assertEquals(dial.closes, []);
});

Deno.test("a transport that goes on after the end is not heard", async () => {
  const heard: string[] = [];
  const { session, dial } = await onScriptedLine({
    onEvent: ({ event }) => heard.push(event),
  });
  const event = { type: "event", seq: 1, event: "e", body: {} } as const;
  dial.handlers.onMessage(event);
  dial.closed.resolve();
  await close(session);
  dial.handlers.onMessage(event);
  assertEquals(heard, ["e"]);
});

/** Something that lives on the line, and what it was told. */
function attach(
  session: Session,
  release: () => Promise<unknown> = () => Promise.resolve(),
): string[] {
  const told: string[] = [];
  coreOf(session).attachments.add({
    release(): Promise<unknown> {
      told.push("release");
      return release();
    },
    lost: (reason) => told.push(`lost: ${(reason as Error).message}`),
  });
  return told;
}

/** What frees something on the engine, as the library sends it. */
async function free(session: Session): Promise<void> {
  await coreOf(session).request({ command: "free" }, { frees: true });
}

Deno.test("what lives on the line is released before the line is closed", async () => {
  await withSession("memory", { free: () => ({}) }, async (session, server) => {
    const told = attach(session, () => free(session));
    await close(session);
    assertEquals(told, ["release", "lost: Session was closed"]);
    assertEquals(server.requests.map(({ command }) => command), [
      "auth",
      "free",
    ]);
  });
});

Deno.test("a release that fails, or never comes to an end, stops nothing", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const session = await connect({ ...server.target("memory"), clock });
  attach(session, () => Promise.reject(new Error("failed")));
  attach(session, () => new Promise(() => {}));
  const closing = close(session);
  await clock.advance(1_000);
  await closing;
  assert((await session.closed).clean);
});

Deno.test("what lives on a line that drops is told once, and not asked to be released", async () => {
  await withSession("memory", {}, async (session, server) => {
    const told = attach(session);
    (await server.line()).close(4000, "gone");
    await session.closed;
    await close(session);
    assertEquals(told, ["lost: gone"]);
  });
});

for (const way of WAYS) {
  Deno.test(`the handler of an event may close the session, and wait for that (${way})`, async () => {
    await using server = scriptedServer({
      tell(_, line): undefined {
        line.event("enough");
      },
    });
    const closed = deferred<string>();
    const session = await connect({
      ...server.target(way),
      async onEvent({ event }): Promise<void> {
        await close(session);
        closed.resolve(event);
      },
    });
    await call(session, "tell").catch(() => {});
    assertEquals(await closed.promise, "enough");
    assert((await session.closed).clean);
  });
}
