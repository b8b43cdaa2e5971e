import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  AuthenticationException,
  call,
  close,
  connect,
  ConnectionException,
  ExecutionException,
  getTaskStatus,
  getTaskToken,
  isConnected,
  ping,
  pipe,
  PipeException,
  ProtocolException,
  RocketRideException,
  send,
  type Session,
  TimeoutException,
  use,
} from "@rocketride/streams";
import { deferred } from "../../lib/async.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  closeFrame,
  OPCODE,
  rawFrame,
  type RawLine,
  rawServer,
} from "../support/raw_web_socket.ts";
import {
  type Handler,
  hangUp,
  type Script,
  type ScriptedServer,
  scriptedServer,
  silent,
  twice,
  type Way,
  WAYS,
} from "../support/scripted_server.ts";
import { hinted } from "../support/hinted.ts";

/** A pipe that works; scripts change parts of it. */
const PIPE: Script = {
  "rrext_process open": () => ({ pipe_id: 0 }),
  "rrext_process write": () => undefined,
  "rrext_process close": () => ({ objectId: "o", name: "n", path: "" }),
};

/** Run a session against a scripted engine, over each way to reach it. */
function fault(
  name: string,
  script: Script,
  body: (session: Session, server: ScriptedServer) => Promise<void>,
  ways: readonly Way[] = WAYS,
): void {
  for (const way of ways) {
    Deno.test(`${name} (${way})`, async () => {
      await using server = scriptedServer({ ...PIPE, ...script });
      const session = await connect(server.target(way));
      await body(session, server);
      await close(session);
    });
  }
}

/** The line is still good: a call gets its own answer. */
async function stillGood(session: Session): Promise<void> {
  assert(isConnected(session));
  assert(await ping(session) >= 0);
}

fault(
  "an engine that never replies costs the call its time limit and nothing more",
  {
    lazy: silent,
  },
  async (session) => {
    const error = await assertRejects(
      () => call(session, "lazy", {}, { timeout: 20 }),
      TimeoutException,
    );
    assertEquals(error.message, 'No answer to "lazy" within 20 ms');
    await stillGood(session);
  },
);

fault("an engine that replies twice is heard once", {
  echo: twice({ said: "once" }),
}, async (session) => {
  assertEquals(await call(session, "echo"), { said: "once" });
  assertEquals(await call(session, "echo"), { said: "once" });
  await stillGood(session);
});

fault("an engine that replies to nobody is not heard", {
  echo(request, line): Record<string, unknown> {
    line.reply({ seq: request.seq + 1_000, command: "echo" }, {
      for: "nobody",
    });
    line.send({ type: "response", seq: 1, request_seq: 0 });
    line.send(JSON.parse('{"type":"response","seq":1,"request_seq":null}'));
    return { for: "us" };
  },
}, async (session) => {
  assertEquals(await call(session, "echo"), { for: "us" });
  await stillGood(session);
});

fault("a reply after an abort reaches nobody", {
  slow: silent,
}, async (session, server) => {
  const controller = new AbortController();
  const waiting = call(session, "slow", {}, { signal: controller.signal });
  const asked = await server.received("slow");
  const reason = new Error("changed my mind");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  (await server.line()).reply(asked, { too: "late" });
  await stillGood(session);
});

fault("a pipe that opens after its opening was aborted is closed again", {
  "rrext_process open": silent,
}, async (session, server) => {
  const controller = new AbortController();
  const { signal } = controller;
  const opening = pipe(session, "tk_1", { signal });
  const asked = await server.received("rrext_process open");
  controller.abort("over");
  assertEquals(await opening.catch((thrown) => thrown), "over");
  (await server.line()).reply(asked, { pipe_id: 7 });
  const closing = await server.received("rrext_process close");
  assertEquals(closing.arguments?.pipe_id, 7);
  await stillGood(session);
});

fault(
  "an engine that hangs up in the middle of a write fails stream and result",
  {
    "rrext_process write": hangUp(4000, "crashed"),
  },
  async (session) => {
    const target = await pipe(session, "tk_1");
    const writer = target.getWriter();
    await writer.write(Uint8Array.of(1, 2, 3));
    const error = await assertRejects(() => target.result, ConnectionException);
    assertEquals([error.message, error.code, error.sent], [
      hinted("crashed", error.hint),
      "connection-lost",
      true,
    ]);
    await assertRejects(() => writer.write(Uint8Array.of(4)));
    await assertRejects(() => writer.closed, ConnectionException, "crashed");
    assertFalse(isConnected(session));
  },
);

for (const way of WAYS) {
  Deno.test(`an engine that hangs up before the login is answered has refused nobody (${way})`, async () => {
    await using server = scriptedServer({ auth: hangUp(1000) });
    const error = await assertRejects(
      () => connect(server.target(way)),
      ConnectionException,
    );
    assertFalse(error instanceof AuthenticationException);
    assertEquals([error.code, error.retryable], ["connection-lost", true]);
  });

  Deno.test(`an engine that never answers the login is given up in time (${way})`, async () => {
    await using server = scriptedServer({ auth: silent });
    const error = await assertRejects(
      () => connect({ ...server.target(way), timeout: 30 }),
      TimeoutException,
    );
    assertEquals(error.timeout, 30);
  });

  Deno.test(`an engine that goes silent is noticed by its silence (${way})`, async () => {
    await using server = scriptedServer({ lazy: silent });
    const session = await connect({
      ...server.target(way),
      heartbeat: { interval: 20, timeout: 20 },
    });
    (await server.line()).mute();
    const error = await assertRejects(
      () => call(session, "lazy"),
      ConnectionException,
      "No sign of life for",
    );
    assertEquals([error.code, error.closeCode], ["connection-lost", 1006]);
    assertEquals((await session.closed).clean, false);
  });
}

Deno.test("a machine that takes the call and says nothing is given up in time (socket)", async () => {
  await using server = rawServer();
  const error = await assertRejects(
    () => connect({ uri: server.uri, env: {}, timeout: 30 }),
    TimeoutException,
  );
  assertEquals(error.timeout, 30);
});

/** Answer the client's next request as a good engine does. */
async function answerNext(line: RawLine, command: string): Promise<void> {
  const frame = await line.read();
  const asked = JSON.parse(new TextDecoder().decode(frame?.payload));
  assertEquals(asked.command, command);
  const answer = { type: "response", seq: 1, request_seq: asked.seq, body: {} };
  await line.write(rawFrame(OPCODE.text, JSON.stringify(answer)));
}

Deno.test("a half-open line is declared dead although its close is never answered (socket)", async () => {
  const clock = fakeClock();
  await using server = rawServer();
  const connecting = connect({
    uri: server.uri,
    env: {},
    clock,
    heartbeat: { interval: 20, timeout: 20 },
  });
  const line = await server.accept();
  await line.upgrade();
  await answerNext(line, "auth");
  const session = await connecting;
  const lost = assertRejects(() => call(session, "lazy"), ConnectionException);
  // Far from the second that a close may take.
  await clock.advance(40);
  await lost;
  assertEquals((await session.closed).code, 1006);
});

Deno.test("close() is done in two seconds although the peer is half-open (socket)", async () => {
  const clock = fakeClock();
  await using server = rawServer();
  const connecting = connect({ uri: server.uri, env: {}, clock });
  const line = await server.accept();
  await line.upgrade();
  await answerNext(line, "auth");
  const session = await connecting;
  const closing = close(session);
  await clock.advance(2_000);
  await closing;
  assert((await session.closed).clean);
});

Deno.test("events of unknown kinds are handed on as they are, and broken ones are dropped", async () => {
  for (const way of WAYS) {
    await using server = scriptedServer({
      tell(_, line): undefined {
        line.event("apaevt_of_tomorrow", { x: [1] });
        line.event("", {});
        line.send(JSON.parse('{"type":"event","seq":9,"event":"bodiless"}'));
        line.send(JSON.parse('{"type":"event","seq":9,"event":7,"body":{}}'));
        line.send(JSON.parse('{"type":"hologram","seq":9}'));
        line.send({ type: "request", seq: 9, command: "do_this" });
      },
    });
    const heard: unknown[] = [];
    const session = await connect({
      ...server.target(way),
      onEvent: ({ event, body }) => heard.push([event, body]),
    });
    await call(session, "tell");
    assertEquals(heard, [["apaevt_of_tomorrow", { x: [1] }], ["", {}]]);
    await stillGood(session);
    await close(session);
  }
});

const nothing: Handler = () => ({});

fault(
  "a success without a body is taken for what it is, not for an answer",
  {
    execute: nothing,
    rrext_get_task_status: nothing,
    rrext_get_token: nothing,
    "rrext_process open": () => undefined,
    whatever: nothing,
  },
  async (session) => {
    assertEquals(await call(session, "whatever"), {});
    const pipeline = {
      components: [{ id: "a", provider: "webhook", config: {} }],
    };
    await assertRejects(() => use(session, { pipeline }), ProtocolException);
    await assertRejects(
      () => getTaskStatus(session, "tk_1"),
      ProtocolException,
    );
    const address = { projectId: "p", source: "s" };
    assertEquals(await getTaskToken(session, address), undefined);
    // Engines of 1.1 report a failed open like this.
    const error = await assertRejects(
      () => pipe(session, "tk_1"),
      PipeException,
    );
    assertEquals([error.phase, error.code], ["open", "pipe-failed"]);
    await stillGood(session);
  },
);

const FAILED = {
  objectId: "o",
  text: ["half of it"],
  error: { message: "Node hash failed", code: 3 },
};

fault(
  "a result that carries an error is a failure, with everything that was made",
  {
    "rrext_process close": () => FAILED,
  },
  async (session) => {
    const error = await assertRejects(
      () => send(session, "tk_1", "text"),
      ExecutionException,
    );
    assertEquals([error.message, error.code], [
      "Node hash failed",
      "pipeline-failed",
    ]);
    assertEquals(error.result, FAILED);
    const result = await send(session, "tk_1", "text", {
      onPipelineError: "return",
    });
    assertEquals(result as unknown, FAILED);
    await stillGood(session);
  },
);

fault("a message that is too large for the engine ends the line and says so", {
  "rrext_process write": hangUp(1009),
}, async (session) => {
  const error = await assertRejects(
    () => send(session, "tk_1", new Uint8Array(100_000)),
    ConnectionException,
  );
  assertEquals([error.closeCode, error.retryable], [1009, false]);
  assert(error.hint);
}, ["memory"]);

Deno.test("a real 1009 ends the line and says so (socket)", async () => {
  await using server = rawServer();
  const connecting = connect({ uri: server.uri, env: {} });
  const line = await server.accept();
  await line.upgrade();
  await answerNext(line, "auth");
  const session = await connecting;
  const waiting = call(session, "large", {}, { data: new Uint8Array(10_000) });
  const failed = assertRejects(() => waiting, ConnectionException);
  await line.read();
  await line.write(closeFrame(1009, "message too big"));
  const error = await failed;
  assertEquals([error.message, error.closeCode, error.retryable], [
    hinted("message too big", error.hint),
    1009,
    false,
  ]);
});

for (const way of WAYS) {
  Deno.test(`an engine with slow acknowledgements has one write of a pipe at a time, and they grow (${way})`, async () => {
    let gate = deferred<void>();
    const written: number[] = [];
    let inFlight = 0;
    await using server = scriptedServer({
      ...PIPE,
      async "rrext_process write"({ arguments: args }): Promise<undefined> {
        assertEquals(++inFlight, 1);
        written.push(...args?.data as Uint8Array);
        await gate.promise;
        inFlight--;
      },
    });
    const session = await connect(server.target(way));
    const target = await pipe(session, "tk_1");
    const writer = target.getWriter();
    for (let at = 0; at < 100; at++) await writer.write(Uint8Array.of(at));
    await server.received("rrext_process write");
    assertEquals(written, [0]);
    gate.resolve();
    gate = deferred();
    gate.resolve();
    await writer.close();
    assertEquals(written, Array.from({ length: 100 }, (_, at) => at));
    const writes = server.requests
      .filter(({ arguments: args }) => args?.subcommand === "write");
    // What gathered while the first waited went in one frame.
    assertEquals(writes.length, 2);
    await close(session);
  });
}

/** Frames that no engine may send. */
const MALFORMED: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  "malformed JSON": '{"type":"response",',
  "a JSON array": "[]",
  "JSON without a type": '{"request_seq":1}',
  "a binary frame without line feed that is no JSON": Uint8Array.of(1, 2, 3),
  "a binary frame with a broken header": new TextEncoder().encode("{\npayload"),
};

for (const [what, frame] of Object.entries(MALFORMED)) {
  fault(`${what} ends the line, and with it every wait`, {
    lazy: silent,
  }, async (session, server) => {
    const waiting = [call(session, "lazy"), call(session, "lazy")];
    const failed = waiting
      .map((promise) => assertRejects(() => promise, ProtocolException));
    await server.received("lazy", 1);
    (await server.line()).raw(frame);
    for (const error of await Promise.all(failed)) {
      assertEquals(error.code, "protocol");
    }
    assertFalse(isConnected(session));
    assertEquals((await session.closed).clean, false);
    assertEquals((await (await server.line()).closed).code, 4002);
  }, ["socket"]);
}

fault(
  "a binary frame without line feed that is JSON is an answer like any other",
  {
    lazy: silent,
  },
  async (session, server) => {
    const waiting = call(session, "lazy");
    const { seq } = await server.received("lazy");
    const answer = {
      type: "response",
      request_seq: seq,
      body: { binary: true },
    };
    (await server.line()).raw(new TextEncoder().encode(JSON.stringify(answer)));
    assertEquals(await waiting, { binary: true });
    await stillGood(session);
  },
  ["socket"],
);

fault("a refusal without words still says what was refused", {
  refuse(): never {
    throw new Error("");
  },
}, async (session) => {
  await assertRejects(
    () => call(session, "refuse"),
    RocketRideException,
    'Engine refused "refuse" without a message',
  );
  await stillGood(session);
});

Deno.test("time that passes with nothing to do costs an idle session nothing but its heartbeat", async () => {
  await using server = scriptedServer();
  const clock = fakeClock();
  const session = await connect({ ...server.target("memory"), clock });
  await clock.advance(3_600_000);
  assert(isConnected(session));
  const beats = server.requests.filter((it) => it.command === "rrext_ping");
  assertEquals(beats.length, 3_600 / 15);
  await close(session);
});
