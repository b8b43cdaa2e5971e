import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { deferred } from "../../lib/async.ts";
import {
  AuthenticationException,
  ConnectionException,
  TimeoutException,
} from "../../lib/errors.ts";
import { call } from "../../lib/session/call.ts";
import { close, isConnected } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { AuthContext } from "../../lib/session/options.ts";
import {
  type WebSocketConstructor,
  webSocketTransport,
} from "../../lib/transport/web_socket.ts";
import { VERSION } from "../../lib/version.ts";
import type { EventMessage } from "../../schema/envelope.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";
import {
  closeFrame,
  OPCODE,
  rawFrame,
  rawServer,
} from "../support/raw_web_socket.ts";
import {
  hangUp,
  refuseLogin,
  scriptedServer,
  silent,
  WAYS,
} from "../support/scripted_server.ts";
import { scriptedTransport } from "../support/scripted_transport.ts";
import { hinted } from "../support/hinted.ts";

for (const way of WAYS) {
  Deno.test(`connect() logs in and resolves when the engine has agreed (${way})`, async () => {
    await using server = scriptedServer();
    const session = await connect(server.target(way));
    assertEquals(server.requests.length, 1);
    const [login] = server.requests;
    assertEquals(login?.command, "auth");
    assertEquals(login?.arguments, {
      auth: "a-key",
      clientName: "rocketride-streams",
      clientVersion: VERSION,
    });
    assert(isConnected(session));
    assertEquals(session.identity?.userId, "local");
    assertFalse(session.signal.aborted);
    await close(session);
  });

  Deno.test(`a 1.0 engine, which says nothing about the user, is as good (${way})`, async () => {
    await using server = scriptedServer({ auth: () => undefined });
    const session = await connect(server.target(way));
    assertEquals(session.identity, undefined);
    assertEquals(await call(session, "rrext_ping"), { pong: true });
    await close(session);
  });

  Deno.test(`a refused login is final and says why (${way})`, async () => {
    await using server = scriptedServer({
      auth: refuseLogin("Invalid API key"),
    });
    const error = await assertRejects(
      () => connect(server.target(way)),
      AuthenticationException,
    );
    assertEquals(error.message, hinted("Invalid API key", error.hint));
    assertEquals([error.code, error.retryable, error.sent], [
      "authentication-refused",
      false,
      true,
    ]);
    assertEquals(error.dapResult.message, "Invalid API key");
    assertEquals(error.hint, "Check the credential; it is not tried again");
    assertFalse(Deno.inspect(error).includes("a-key"));
    await (await server.line()).closed;
    assertEquals([server.lines.length, server.requests.length], [1, 1]);
  });

  Deno.test(`a login that is refused without words still says what was refused (${way})`, async () => {
    await using server = scriptedServer({ auth: refuseLogin("") });
    const error = await assertRejects(
      () => connect({ ...server.target(way), auth: "" }),
      AuthenticationException,
    );
    assertEquals(
      error.message,
      hinted('Engine refused "auth" without a message', error.hint),
    );
    assertEquals(error.hint, "Give the auth option or set ROCKETRIDE_APIKEY");
  });

  Deno.test(`a line that dies before the login is answered says nothing about the credential (${way})`, async () => {
    await using server = scriptedServer({ auth: hangUp(4000, "restarting") });
    const error = await assertRejects(
      () => connect(server.target(way)),
      ConnectionException,
    );
    assertFalse(error instanceof AuthenticationException);
    assertEquals(error.message, "restarting");
    assertEquals([error.code, error.closeCode, error.retryable], [
      "connection-lost",
      4000,
      true,
    ]);
  });

  Deno.test(`an engine that hangs up right after the login is lost, not unconnected (${way})`, async () => {
    await using server = scriptedServer({
      auth(request, line): undefined {
        line.reply(request);
        line.close(4000, "full");
      },
    });
    // The end may be seen just before or just after the login is done.
    const end = await connect(server.target(way)).then(
      (session) => session.closed,
      (error) => ({
        clean: false,
        code: error.closeCode,
        reason: error.message,
      }),
    );
    assertEquals(end, { clean: false, code: 4000, reason: "full" });
  });

  Deno.test(`an abort during the login rejects with the reason itself and hangs up (${way})`, async () => {
    await using server = scriptedServer({ auth: silent });
    const source = countingSignal();
    const connecting = connect({
      ...server.target(way),
      signal: source.signal,
    });
    await server.received("auth");
    const reason = { enough: true };
    source.abort(reason);
    assertStrictEquals(await connecting.catch((thrown) => thrown), reason);
    assertEquals((await (await server.line()).closed).code, 1000);
    assertEquals(source.listeners, 0);
  });
}

Deno.test("a login that is never answered fails after the time for dial and login together", async () => {
  await using server = scriptedServer({ auth: silent });
  const clock = fakeClock();
  const connecting = connect({
    ...server.target("memory"),
    clock,
    timeout: 5_000,
  });
  const failed = assertRejects(() => connecting, TimeoutException);
  await clock.advance(4_999);
  assertEquals((await server.line()).requests.length, 1);
  await clock.advance(1);
  const error = await failed;
  assertEquals(
    error.message,
    'Cannot log in at "memory://localhost/task/service": no answer within 5000 ms',
  );
  assertEquals([error.timeout, clock.timers], [5_000, 0]);
  await (await server.line()).closed;
});

Deno.test("dial and login share one time limit", async () => {
  const clock = fakeClock();
  const transport = scriptedTransport();
  const connecting = connect({
    uri: "x",
    transport,
    clock,
    env: {},
    timeout: 1_000,
  });
  const failed = assertRejects(() => connecting, TimeoutException);
  await drainMicrotasks();
  const [dial] = transport.dials;
  assertEquals(dial?.options.timeout, 1_000);
  await clock.advance(700);
  dial?.open();
  await clock.advance(299);
  assertEquals(dial?.sent.length, 1);
  assertEquals(dial?.closes.length, 0);
  dial?.closed.resolve();
  await clock.advance(1);
  assertEquals((await failed).timeout, 1_000);
  assertEquals([dial?.closes.length, clock.timers], [1, 0]);
});

Deno.test("a dial that is given up tells the whole limit, not what was left of it", async () => {
  class SilentSocket extends EventTarget {
    readonly readyState = 0;
    binaryType = "blob";
    close(): void {}
  }
  const clock = fakeClock();
  const connecting = connect({
    uri: "ws://localhost",
    transport: webSocketTransport({
      WebSocket: SilentSocket as unknown as WebSocketConstructor,
    }),
    clock,
    env: {},
    auth: () =>
      new Promise((resolve) => clock.after(300, () => resolve("key"))),
    timeout: 1_000,
  });
  const failed = assertRejects(() => connecting, TimeoutException);
  await clock.advance(1_000);
  const error = await failed;
  assertEquals(error.timeout, 1_000);
  assertEquals(
    error.message,
    'Cannot connect to "ws://localhost:5565/task/service": no answer within 1000 ms',
  );
});

Deno.test("without a limit of the user's, connecting takes 30 s at most", async () => {
  const clock = fakeClock();
  const transport = scriptedTransport({ opens: true });
  const connecting = connect({ uri: "x", transport, clock, env: {} });
  const failed = assertRejects(() => connecting, TimeoutException);
  await drainMicrotasks();
  transport.dials[0]?.closed.resolve();
  assertEquals(transport.dials[0]?.options.timeout, 30_000);
  await clock.advance(30_000);
  assertEquals((await failed).timeout, 30_000);
});

Deno.test("a signal that has aborted before reaches nobody", async () => {
  const transport = scriptedTransport();
  const signal = AbortSignal.abort("over");
  for (const uri of ["x", "wss://needs.a.credential"]) {
    const connecting = connect({ uri, transport, env: {}, signal });
    assertEquals(await connecting.catch((thrown) => thrown), "over");
  }
  assertEquals(transport.dials.length, 0);
});

Deno.test("a transport that ignores the signal cannot make a session of an aborted attempt", async () => {
  const transport = scriptedTransport();
  const source = countingSignal();
  const connecting = connect({
    uri: "x",
    transport,
    env: {},
    signal: source.signal,
  });
  await drainMicrotasks();
  const [dial] = transport.dials;
  source.abort("over");
  dial?.closed.resolve();
  dial?.open();
  assertEquals(await connecting.catch((thrown) => thrown), "over");
  assertEquals([dial?.closes.length, dial?.sent.length], [1, 0]);
});

Deno.test("an engine that hangs up while the line opens tells its code", async () => {
  await using server = scriptedServer({}, {
    onLine: (line) => line.close(4003, "go away"),
  });
  const error = await assertRejects(
    () => connect(server.target("memory")),
    ConnectionException,
  );
  assertEquals([error.code, error.closeCode, error.message], [
    "connection-lost",
    4003,
    "go away",
  ]);
});

Deno.test("an engine that hangs up in the packet that opens the line is no refusal", async () => {
  await using server = rawServer();
  const connecting = connect({ uri: server.uri, auth: "k", env: {} });
  const failed = assertRejects(() => connecting, ConnectionException);
  const raw = await server.accept();
  await raw.upgrade(closeFrame(4003, "go away"));
  const error = await failed;
  assertFalse(error instanceof AuthenticationException);
  assertEquals(error.retryable, true);
});

Deno.test("what an engine says before the login is heard", async () => {
  await using server = rawServer();
  const events: EventMessage[] = [];
  const connecting = connect({
    uri: server.uri,
    auth: "k",
    env: {},
    onEvent: (event) => events.push(event),
  });
  const raw = await server.accept();
  const early = { type: "event", seq: 1, event: "early", body: {} };
  await raw.upgrade(rawFrame(OPCODE.text, JSON.stringify(early)));
  const login = await raw.read();
  const { seq } = JSON.parse(new TextDecoder().decode(login?.payload));
  const answer = { type: "response", seq: 2, request_seq: seq };
  await raw.write(rawFrame(OPCODE.text, JSON.stringify(answer)));
  const session = await connecting;
  assertEquals(events as unknown[], [early]);
  raw.hangUp();
  await session.closed;
});

Deno.test("the client's name can be chosen", async () => {
  await using server = scriptedServer();
  const session = await connect({ ...server.target("memory"), module: "acme" });
  assertEquals(server.requests[0]?.arguments?.clientName, "acme");
  await close(session);
});

Deno.test("sessions count their requests from different numbers", async () => {
  await using server = scriptedServer();
  const sessions = [
    await connect(server.target("memory")),
    await connect(server.target("memory")),
  ];
  const [first, second] = server.requests;
  assertNotEquals(first?.seq, second?.seq);
  for (const { seq } of server.requests) {
    assert(Number.isInteger(seq) && seq >= 1 && seq <= 2 ** 30);
  }
  for (const session of sessions) await close(session);
});

/** The ways in which a function may give the credential. */
const PROVIDERS = {
  "at once": () => "from-function",
  "in a promise": () => Promise.resolve("from-function"),
};

for (const [how, provide] of Object.entries(PROVIDERS)) {
  Deno.test(`a function gives the credential ${how}, and knows for which address`, async () => {
    await using server = scriptedServer();
    const contexts: AuthContext[] = [];
    const session = await connect({
      ...server.target("memory"),
      auth(context): string | Promise<string> {
        contexts.push(context);
        return provide();
      },
    });
    assertEquals(server.requests[0]?.arguments?.auth, "from-function");
    assertEquals(contexts.map(({ uri }) => uri), [
      "memory://localhost/task/service",
    ]);
    assertFalse(contexts[0]?.signal.aborted);
    await close(session);
  });
}

/** The ways in which a function may fail to give the credential. */
const FAILING = {
  "throws": (error: Error): never => {
    throw error;
  },
  "rejects": (error: Error) => Promise.reject(error),
};

for (const [how, fail] of Object.entries(FAILING)) {
  Deno.test(`connect() rejects with what the credential function ${how}, and has dialled nobody`, async () => {
    await using server = scriptedServer();
    const failure = new Error("no credential today");
    const connecting = connect({
      ...server.target("memory"),
      auth: () => fail(failure),
    });
    assertStrictEquals(await assertRejects(() => connecting), failure);
    assertEquals(server.lines, []);
  });
}

Deno.test("a credential function that gives no text is told so", async () => {
  await using server = scriptedServer();
  const nothing = (): string => undefined as unknown as string;
  await assertRejects(
    () => connect({ ...server.target("memory"), auth: nothing }),
    TypeError,
    "Expected the auth function to return a string",
  );
  assertEquals(server.lines, []);
});

Deno.test("an abort while the credential function works rejects at once, and tells the function", async () => {
  await using server = scriptedServer();
  const controller = new AbortController();
  const asked = deferred<AuthContext>();
  const connecting = connect({
    ...server.target("memory"),
    signal: controller.signal,
    auth(context): Promise<string> {
      asked.resolve(context);
      return new Promise(() => {});
    },
  });
  const context = await asked.promise;
  controller.abort("over");
  assertEquals(await connecting.catch((thrown) => thrown), "over");
  assertEquals(context.signal.reason, "over");
});

Deno.test("a credential function that never returns does not outlast the time limit", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const signals: AbortSignal[] = [];
  const connecting = connect({
    ...server.target("memory"),
    clock,
    timeout: 2_000,
    auth({ signal }): Promise<string> {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const failed = assertRejects(() => connecting, TimeoutException);
  await clock.advance(2_000);
  const error = await failed;
  assertEquals(error.timeout, 2_000);
  assertStrictEquals(signals[0]?.reason, error);
  assertEquals(clock.timers, 0);
});

Deno.test("no line is dialled before the credential is there", async () => {
  await using server = scriptedServer();
  const gate = deferred<string>();
  const connecting = connect({
    ...server.target("memory"),
    auth: () => gate.promise,
  });
  await drainMicrotasks();
  assertEquals(server.lines.length, 0);
  gate.resolve("at last");
  const session = await connecting;
  assertEquals(server.requests[0]?.arguments?.auth, "at last");
  await close(session);
});

for (const way of WAYS) {
  Deno.test(`onEvent is given every event in order, and its failures are ignored (${way})`, async () => {
    await using server = scriptedServer({
      tell(_, line): undefined {
        for (const event of ["one", "two", "three"]) {
          line.event(event, { event });
        }
      },
    });
    const heard: string[] = [];
    const session = await connect({
      ...server.target(way),
      onEvent({ event }: EventMessage): Promise<void> {
        heard.push(event);
        if (event === "one") throw new Error("failing handler");
        return Promise.reject(new Error("failing async handler"));
      },
    });
    await call(session, "tell");
    assertEquals(heard, ["one", "two", "three"]);
    assert(isConnected(session));
    await close(session);
    assertEquals(heard.length, 3);
  });
}

Deno.test("onTrace sees the login without the credential, and the heartbeat", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const shown: string[] = [];
  const session = await connect({
    ...server.target("memory"),
    clock,
    onTrace: (record) => shown.push(Deno.inspect(record)),
  });
  await clock.advance(15_000);
  assert(shown.some((text) => text.includes("rrext_ping")));
  assert(shown.some((text) => text.includes("auth")));
  assertFalse(shown.some((text) => text.includes("a-key")));
  await close(session);
});

Deno.test("heartbeat: false asks for no sign of life", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const session = await connect({
    ...server.target("memory"),
    clock,
    heartbeat: false,
  });
  await clock.advance(600_000);
  assertEquals(server.requests.length, 1);
  await close(session);
});

Deno.test("a session can be told from everything else", async () => {
  const error = await assertRejects(
    () => close({} as Parameters<typeof close>[0]),
    TypeError,
  );
  assertEquals(
    error.message,
    "Expected a session made by connect(), not another object",
  );
  assertInstanceOf(error, TypeError);
});

/** Logins of 1.1, and of 1.4. */
const LOGINS = [
  { organizations: [{ id: "o" }], defaultTeam: "t" },
  {
    organization: { id: "o", developerId: null, teams: [{ id: "t" }] },
    devTeam: "t",
    sysPermissions: [],
    credits: { cpu: 1.5 },
    waitlisted: false,
    serverVersion: "1.5.0",
  },
];

Deno.test("a login tells what servers of its generation have, and nothing is made up", async () => {
  for (const body of LOGINS) {
    await using server = scriptedServer({ auth: () => body });
    const session = await connect(server.target("memory"));
    assertEquals(session.identity as unknown, body);
    await close(session);
  }
});

Deno.test("an account that is told anew without its credential keeps the one that it has", async () => {
  const it = persistRig();
  const session = await opened(it);
  it.transport.dials[0]!.handlers.onMessage({
    type: "event",
    seq: 9,
    event: "apaext_account",
    body: { userId: "u", userToken: "" },
  });
  drop(it);
  await it.clock.advance(1_000);
  assertEquals(it.log.filter((line) => line.startsWith("auth")), [
    "auth key",
    "auth durable",
  ]);
  await shut(it, session);
});
