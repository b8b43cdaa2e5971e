import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { systemClock } from "../../lib/_clock.ts";
import { deferred } from "../../lib/_deferred.ts";
import {
  ConnectionException,
  ProtocolException,
  TimeoutException,
} from "../../lib/errors.ts";
import { FrameBuffer } from "../../lib/protocol/frame_buffer.ts";
import type {
  CloseInfo,
  Connection,
  DialOptions,
} from "../../lib/transport/transport.ts";
import {
  type WebSocketConstructor,
  webSocketTransport,
} from "../../lib/transport/web_socket.ts";
import type {
  EventMessage,
  Message,
  RequestMessage,
} from "../../schema/envelope.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import {
  closeFrame,
  OPCODE,
  rawFrame,
  type RawServer,
  rawServer,
} from "../support/raw_web_socket.ts";
import {
  type ScriptedServer,
  scriptedServer,
} from "../support/scripted_server.ts";
import { UNHEARD } from "../support/scripted_transport.ts";

const PING: RequestMessage = { type: "request", seq: 1, command: "rrext_ping" };

/** A line under test, and what its owner is told. */
interface Client {
  readonly line: Connection;
  readonly seen: (Message | CloseInfo)[];
  /** Settles when the owner is told of the end. */
  readonly ended: Promise<CloseInfo>;
  /** Waits until the owner has been told so many things. */
  told(count: number): Promise<void>;
}

async function dialled(
  uri: string,
  options: Partial<DialOptions> & { WebSocket?: WebSocketConstructor } = {},
): Promise<Client> {
  const { WebSocket: Socket, ...more } = options;
  const transport = webSocketTransport(Socket ? { WebSocket: Socket } : {});
  const seen: (Message | CloseInfo)[] = [];
  const ended = deferred<CloseInfo>();
  let changed = deferred<void>();
  function tell(what: Message | CloseInfo): void {
    seen.push(what);
    changed.resolve();
    changed = deferred();
  }
  const line = await transport.dial(transport.resolve(uri), {
    onMessage: tell,
    onClose(info): void {
      tell(info);
      ended.resolve(info);
    },
  }, { signal: undefined, timeout: 5_000, clock: systemClock(), ...more });
  return {
    line,
    seen,
    ended: ended.promise,
    async told(count): Promise<void> {
      while (seen.length < count) await changed.promise;
    },
  };
}

/** A proper server, and a client on its line. */
async function withServer(
  body: (client: Client, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = scriptedServer();
  const client = await dialled(server.uri());
  await body(client, server);
  await client.line.close();
}

/** A server of bytes, and a client on its line. */
async function withRawServer(
  body: (
    client: Client,
    line: Awaited<ReturnType<RawServer["accept"]>>,
  ) => Promise<void>,
  options: Parameters<typeof dialled>[1] = {},
): Promise<void> {
  await using server = rawServer();
  const dialing = dialled(server.uri, options);
  const line = await server.accept();
  await line.upgrade();
  await body(await dialing, line);
}

function event(name: string): EventMessage {
  return { type: "event", seq: 1, event: name, body: {} };
}

/** A socket that does nothing by itself: the test plays the runtime. */
class FakeSocket extends EventTarget {
  static latest: FakeSocket;
  readonly url: string;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];
  binaryType = "blob";
  readyState = 0;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.latest = this;
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  fail(message: string): void {
    this.dispatchEvent(new ErrorEvent("error", { message }));
  }

  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code, reason }));
  }
}

const FAKE = FakeSocket as unknown as WebSocketConstructor;

/** A client on a fake socket that has opened. */
async function onFakeSocket(
  options: Partial<DialOptions> = {},
): Promise<Client & { readonly socket: FakeSocket }> {
  const dialing = dialled("ws://localhost", { WebSocket: FAKE, ...options });
  const socket = FakeSocket.latest;
  socket.open();
  return { ...await dialing, socket };
}

Deno.test("messages travel both ways over a real socket, in order", async () => {
  await withServer(async ({ line, told, seen }, server) => {
    for (let seq = 1; seq <= 50; seq++) {
      const large = new Uint8Array(seq % 2 === 0 ? 100_000 : 10);
      if (seq % 3 === 0) line.send({ ...PING, seq }, large);
      else line.send({ ...PING, seq });
    }
    await server.received("rrext_ping", 49);
    assertEquals(
      server.requests.map(({ seq }) => seq),
      Array.from({ length: 50 }, (_, at) => at + 1),
    );
    await told(50);
    assertEquals(
      seen.map((it) => "request_seq" in it && it.request_seq),
      Array.from({ length: 50 }, (_, at) => at + 1),
    );
  });
});

Deno.test("payload arrives as it was sent: views, frame buffers, no bytes at all", async () => {
  await withServer(async ({ line }, server) => {
    const whole = Uint8Array.of(0, 1, 10, 2, 0);
    const buffer = new FrameBuffer(10);
    buffer.append(whole);
    buffer.cut(2);
    const args = { pipe_id: 0 };
    line.send({ ...PING, arguments: args }, whole.subarray(1, 4));
    line.send({ ...PING, arguments: args }, buffer);
    line.send(PING, new Uint8Array(0));
    line.send(PING, new FrameBuffer(10));
    whole.fill(9);
    await server.received("rrext_ping", 3);
    assertEquals(server.requests.map((it) => it.arguments), [
      { pipe_id: 0, data: Uint8Array.of(1, 10, 2) },
      { pipe_id: 0, data: Uint8Array.of(0, 1) },
      { data: new Uint8Array(0) },
      { data: new Uint8Array(0) },
    ]);
  });
});

Deno.test("binary payload of the server becomes arguments.data", async () => {
  await withServer(async ({ told, seen }, server) => {
    const line = await server.line();
    line.send(
      { ...event("e"), arguments: { data: Uint8Array.of(1, 10) } } as Message,
    );
    await told(1);
    assertEquals(seen[0], {
      ...event("e"),
      arguments: { data: Uint8Array.of(1, 10) },
    } as Message);
  });
});

Deno.test("F7 the socket's binary type is pinned, whatever the runtime's default is", async () => {
  const { socket } = await onFakeSocket();
  assertEquals(socket.binaryType, "arraybuffer");
});

Deno.test("an injected constructor is given the address, and nothing of the platform is used", async () => {
  const { socket, line } = await onFakeSocket();
  assertEquals(socket.url, "ws://localhost:5565/task/service");
  assertEquals(line.uri, socket.url);
  line.send(PING);
  assertEquals(socket.sent, [JSON.stringify(PING)]);
});

Deno.test("frames come as text, as ArrayBuffer and as views", async () => {
  const { socket, seen } = await onFakeSocket();
  const bytes = new TextEncoder().encode(`..${JSON.stringify(event("e"))}`);
  socket.receive(JSON.stringify(event("e")));
  socket.receive(bytes.slice(2).buffer);
  socket.receive(bytes.subarray(2));
  socket.receive(new DataView(bytes.buffer, 2));
  assertEquals(seen, [event("e"), event("e"), event("e"), event("e")]);
});

Deno.test("F26 a frame that is a Blob ends the line, since its order is lost", async () => {
  const { socket, seen } = await onFakeSocket();
  socket.receive(new Blob([JSON.stringify(event("e"))]));
  const [info] = seen as CloseInfo[];
  assertEquals([info?.code, info?.reason], [4002, "Malformed frame"]);
  assert(info?.error instanceof ProtocolException);
  assertEquals(socket.closes, [[4002, "Malformed frame"]]);
});

Deno.test("frames in the same packet as the answer to the upgrade are not lost", async () => {
  await using server = rawServer();
  const dialing = dialled(server.uri);
  const raw = await server.accept();
  await raw.upgrade(
    rawFrame(OPCODE.text, JSON.stringify(event("one"))),
    rawFrame(OPCODE.binary, JSON.stringify(event("two"))),
    closeFrame(4000, "that was all"),
  );
  const { seen, ended } = await dialing;
  await ended;
  assertEquals(seen, [
    event("one"),
    event("two"),
    { code: 4000, reason: "that was all" },
  ]);
});

Deno.test("fragments and pings of the server go unnoticed", async () => {
  await withRawServer(async ({ told, seen }, raw) => {
    const text = JSON.stringify(event("ü"));
    const cut = text.indexOf("ü");
    const [head, tail] = [text.slice(0, cut), text.slice(cut)];
    const first = rawFrame(OPCODE.text, head);
    first[0] = OPCODE.text;
    await raw.write(first, rawFrame(OPCODE.ping), rawFrame(0, tail));
    await told(1);
    assertEquals(seen, [event("ü")]);
  });
});

Deno.test("a server that is not there fails the dial with the runtime's words", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => dialled(`ws://127.0.0.1:${port}`),
    ConnectionException,
  );
  assertStringIncludes(
    error.message,
    `Cannot connect to "ws://127.0.0.1:${port}/task/service": `,
  );
  assertEquals([error.code, error.sent, error.retryable, error.closeCode], [
    "connection-failed",
    false,
    true,
    1006,
  ]);
  assert(error.cause instanceof ErrorEvent);
});

Deno.test("a server that answers the upgrade with 403 fails the dial, and may be tried again (S40)", async () => {
  await using server = scriptedServer({}, {
    upgrade: () => new Response("Too many", { status: 403 }),
  });
  const error = await assertRejects(
    () => dialled(server.uri()),
    ConnectionException,
  );
  assertEquals([error.code, error.retryable], ["connection-failed", true]);
  assertStringIncludes(error.message, "403");
});

Deno.test("an error without words still says where", async () => {
  for (const wordless of [new Event("error"), new ErrorEvent("error")]) {
    const dialing = dialled("ws://localhost", { WebSocket: FAKE });
    FakeSocket.latest.dispatchEvent(wordless);
    const error = await assertRejects(() => dialing, ConnectionException);
    assertEquals(
      error.message,
      'Cannot connect to "ws://localhost:5565/task/service"',
    );
  }
});

Deno.test("F15 a runtime that tells the failure twice, or only once, fails the dial once", async () => {
  for (const kinds of [["error", "close"], ["close"], ["error", "error"]]) {
    const dialing = dialled("ws://localhost", { WebSocket: FAKE });
    const socket = FakeSocket.latest;
    for (const kind of kinds) {
      if (kind === "error") socket.fail("no luck");
      else socket.end(1006);
    }
    const error = await assertRejects(() => dialing, ConnectionException);
    assertEquals(error.code, "connection-failed");
    socket.end(1006);
  }
});

Deno.test("a constructor that throws, as without a permission, fails the dial", async () => {
  const denied = new Error("Requires net access");
  const throwing = function (): never {
    throw denied;
  } as unknown as WebSocketConstructor;
  const error = await assertRejects(
    () => dialled("ws://localhost", { WebSocket: throwing }),
    ConnectionException,
  );
  assertStringIncludes(error.message, ": Requires net access");
  assertEquals([error.code, error.closeCode], ["connection-failed", undefined]);
  assertStrictEquals(error.cause, denied);
});

Deno.test("a server that never answers the upgrade is given up after the timeout", async () => {
  await using server = rawServer();
  const error = await assertRejects(
    () => dialled(server.uri, { timeout: 30 }),
    TimeoutException,
  );
  assertStringIncludes(error.message, "no answer within 30 ms");
  assertEquals([error.code, error.timeout, error.retryable], [
    "timeout",
    30,
    true,
  ]);
});

Deno.test("an abort gives the dial up, with the signal's own reason", async () => {
  await using server = rawServer();
  const controller = new AbortController();
  const dialing = dialled(server.uri, { signal: controller.signal });
  const raw = await server.accept();
  const reason = { enough: true };
  controller.abort(reason);
  assertStrictEquals(await dialing.catch((thrown) => thrown), reason);
  raw.hangUp();
});

Deno.test("a dial whose signal has aborted before makes no socket", async () => {
  const throwing = function (): never {
    throw new Error("made a socket");
  } as unknown as WebSocketConstructor;
  const dialing = dialled("ws://localhost", {
    WebSocket: throwing,
    signal: AbortSignal.abort("over"),
  });
  assertEquals(await dialing.catch((thrown) => thrown), "over");
});

Deno.test("a dial leaves neither listener nor timer behind", async () => {
  const clock = fakeClock();
  const source = countingSignal();
  const { socket, line } = await onFakeSocket({ clock, signal: source.signal });
  assertEquals([source.attached, source.listeners, clock.timers], [1, 0, 0]);
  const closing = line.close();
  socket.end(1000);
  await closing;
  assertEquals(clock.timers, 0);
});

Deno.test("a socket that opens after it was given up is closed and stays quiet", async () => {
  const clock = fakeClock();
  const transport = webSocketTransport({ WebSocket: FAKE });
  const seen: unknown[] = [];
  const dialing = transport.dial(transport.resolve("localhost"), {
    onMessage: (message) => seen.push(message),
    onClose: (info) => seen.push(info),
  }, { clock, signal: undefined, timeout: 100 });
  const failed = assertRejects(() => dialing, TimeoutException);
  const socket = FakeSocket.latest;
  await clock.advance(100);
  await failed;
  assertEquals(socket.closes, [[1000, ""]]);
  socket.open();
  socket.receive(JSON.stringify(event("e")));
  socket.end(1000);
  assertEquals(seen, []);
});

Deno.test("the server's code and reason are told", async () => {
  await withServer(async ({ ended, seen }, server) => {
    (await server.line()).close(4321, "moved");
    assertEquals(await ended, { code: 4321, reason: "moved" });
    assertEquals(seen.length, 1);
  });
});

Deno.test("a line that dies without a word has ended with code 1006", async () => {
  await withRawServer(async ({ ended, line }, raw) => {
    raw.hangUp();
    const { code } = await ended;
    assertEquals(code, 1006);
    assertThrows(() => line.send(PING), ConnectionException);
  });
});

Deno.test("F15 code 0, as Deno reports a death, is 1006", async () => {
  const { socket, seen } = await onFakeSocket();
  socket.end(0);
  assertEquals(seen, [{ code: 1006, reason: "" }]);
});

Deno.test("F15 the end is told once, however often the runtime tells it", async () => {
  const { socket, seen } = await onFakeSocket();
  socket.fail("Connection reset");
  socket.end(0);
  socket.end(1000);
  assertEquals(seen.length, 1);
  const [info] = seen as CloseInfo[];
  assertEquals(info?.code, 1006);
  assert(info?.error instanceof ErrorEvent);
});

Deno.test("the server's 1009 for a frame that is too large is told", async () => {
  await withRawServer(async ({ ended }, raw) => {
    await raw.write(closeFrame(1009, "message too big"));
    assertEquals(await ended, { code: 1009, reason: "message too big" });
  });
});

for (
  const [what, frame] of [
    ["text that is no JSON", rawFrame(OPCODE.text, "hello")],
    ["binary without header", rawFrame(OPCODE.binary, "\n\n\n")],
    ["binary that is no JSON", rawFrame(OPCODE.binary, "hello")],
    ["JSON without a type", rawFrame(OPCODE.text, "{}")],
  ] as const
) {
  Deno.test(`F26 ${what} ends the line, since an answer may be lost in it`, async () => {
    await withRawServer(async ({ ended, seen, line }, raw) => {
      await raw.write(frame, rawFrame(OPCODE.text, JSON.stringify(event("e"))));
      const { code, reason, error } = await ended;
      assertEquals([code, reason], [4002, "Malformed frame"]);
      assert(error instanceof ProtocolException);
      const closing = await raw.read();
      assertEquals(closing?.opcode, OPCODE.close);
      assertEquals([...closing!.payload.subarray(0, 2)], [
        4002 >> 8,
        4002 & 255,
      ]);
      await raw.write(closeFrame(4002));
      await line.close();
      assertEquals(seen.length, 1);
    });
  });
}

Deno.test("nothing is delivered after a local close, although runtimes go on", async () => {
  await withRawServer(async ({ line, seen }, raw) => {
    const closing = line.close(4000, "enough");
    assertEquals(seen, [{ code: 4000, reason: "enough" }]);
    await raw.write(rawFrame(OPCODE.text, JSON.stringify(event("late"))));
    const frame = await raw.read();
    assertEquals(frame?.opcode, OPCODE.close);
    await raw.write(closeFrame(4000));
    await closing;
    assertEquals(seen.length, 1);
  });
});

Deno.test("F16 closing towards a peer that never answers takes a second, by a timer that holds nothing", async () => {
  const clock = fakeClock();
  const { line } = await onFakeSocket({ clock });
  let closed = false;
  const closing = line.close().then(() => closed = true);
  assertEquals([clock.timers, clock.refTimers], [1, 0]);
  await clock.advance(999);
  assertEquals(closed, false);
  await clock.advance(1);
  await closing;
});

Deno.test("F16 closing towards a silent peer is bounded on a real socket, too", async () => {
  await using server = rawServer();
  const clock = fakeClock();
  const dialing = dialled(server.uri, { clock });
  const raw = await server.accept();
  await raw.upgrade();
  const { line } = await dialing;
  let closed = false;
  const closing = line.close().then(() => closed = true);
  await clock.advance(999);
  assertEquals(closed, false);
  await clock.advance(1);
  await closing;
});

Deno.test("a peer that answers the close is not waited for any longer", async () => {
  const clock = fakeClock();
  const { line, socket } = await onFakeSocket({ clock });
  const closing = line.close(3000, "bye");
  assertEquals(socket.closes, [[3000, "bye"]]);
  socket.end(3000, "bye");
  await closing;
  assertEquals(clock.timers, 0);
});

Deno.test("F39 a close reason is cut to 123 bytes, between characters", async () => {
  await withServer(async ({ line }, server) => {
    const peer = await server.line();
    line.close(4000, "€".repeat(42));
    assertEquals(await peer.closed, { code: 4000, reason: "€".repeat(41) });
  });
  await withServer(async ({ line }, server) => {
    const peer = await server.line();
    line.close(4000, `${"a".repeat(120)}😀`);
    assertEquals(await peer.closed, { code: 4000, reason: "a".repeat(120) });
  });
});

Deno.test("F39 a code that runtimes refuse still closes the socket", async () => {
  for (const code of [1001, 1005, 1006, 1011, 2999, 5000, 0]) {
    await withServer(async ({ line, seen }, server) => {
      const peer = await server.line();
      await line.close(code, "going");
      assertEquals(await peer.closed, { code: 1000, reason: "going" });
      assertEquals(seen, [{ code, reason: "going" }]);
    });
  }
});

Deno.test("F39 the codes that clients may send are sent", async () => {
  for (const code of [1000, 3000, 4999]) {
    await withServer(async ({ line }, server) => {
      const peer = await server.line();
      await line.close(code);
      assertEquals((await peer.closed).code, code);
    });
  }
});

Deno.test("a socket that cannot even be closed keeps nobody waiting", async () => {
  const clock = fakeClock();
  const { line, socket } = await onFakeSocket({ clock });
  socket.close = () => {
    throw new Error("InvalidStateError");
  };
  await line.close();
  assertEquals(clock.timers, 0);
});

Deno.test("a line may be closed twice", async () => {
  await withServer(async ({ line, seen }) => {
    await Promise.all([line.close(4000), line.close(4001)]);
    await line.close();
    assertEquals(seen, [{ code: 4000, reason: "" }]);
  });
});

Deno.test("sending on a line that has ended throws, on every runtime alike", async () => {
  await withServer(async ({ line }) => {
    await line.close();
    const error = assertThrows(() => line.send(PING), ConnectionException);
    assertEquals([error.code, error.sent, error.retryable], [
      "not-connected",
      false,
      true,
    ]);
  });
});

Deno.test("sending on a socket that is closing already throws before the close is told", async () => {
  const { line, socket, seen } = await onFakeSocket();
  socket.readyState = 2;
  assertThrows(() => line.send(PING), ConnectionException);
  assertEquals([socket.sent.length, seen.length], [0, 0]);
});

function bufferOf(frame: unknown): ArrayBufferLike {
  assert(frame instanceof Uint8Array);
  return frame.buffer;
}

Deno.test("a frame buffer is sent as it is, without copying its payload", async () => {
  const { line, socket } = await onFakeSocket();
  const buffer = new FrameBuffer(100);
  buffer.append(Uint8Array.of(1, 2, 3));
  buffer.cut(3);
  line.send(PING, buffer);
  assertStrictEquals(bufferOf(socket.sent[0]), buffer.gathered.buffer);
});

Deno.test("frames of plain bytes share a scratch, but for huge ones", async () => {
  const { line, socket } = await onFakeSocket();
  for (const size of [70_000, 10, 2 * 1024 * 1024, 10]) {
    line.send(PING, new Uint8Array(size));
  }
  const [first, second, huge, last] = socket.sent.map(bufferOf);
  assertStrictEquals(second, first);
  assertNotStrictEquals(huge, first);
  assertStrictEquals(last, first);
});

/** Sizes of the frames that left, with 50 ms between each and its answer. */
async function framesWithSlowAnswers(
  uri: string,
  payloads: readonly (Uint8Array | FrameBuffer | string)[],
): Promise<(string | Uint8Array)[]> {
  const clock = fakeClock();
  const dialing = dialled(uri, { WebSocket: FAKE, clock });
  const socket = FakeSocket.latest;
  socket.open();
  const { line } = await dialing;
  for (const payload of payloads) {
    if (typeof payload === "string") {
      line.send({ ...PING, arguments: { text: payload } });
    } else line.send(PING, payload);
    const last = socket.sent.at(-1);
    // The scratch is used again; a real socket copies at once.
    if (last instanceof Uint8Array) socket.sent.splice(-1, 1, last.slice());
    await clock.advance(50);
    socket.receive(JSON.stringify(event("answer")));
  }
  return socket.sent as (string | Uint8Array)[];
}

Deno.test("F41 on loopback, frames that would stall are filled up once a stall was met", async () => {
  const payload = new Uint8Array(2_000).fill(7);
  const buffer = new FrameBuffer(5_000);
  buffer.append(payload);
  buffer.cut(2_000);
  const frames = await framesWithSlowAnswers("ws://127.0.0.1", [
    payload,
    payload,
    buffer,
    "x".repeat(2_000),
    payload.subarray(0, 10),
  ]);
  const plain = JSON.stringify(PING).length + 1 + 2_000;
  assertEquals(frames.map(({ length }) => length), [
    plain,
    65_536,
    65_536,
    65_536,
    JSON.stringify(PING).length + 11,
  ]);
  const [, padded] = frames as Uint8Array[];
  const header = padded!.subarray(0, padded!.indexOf(0x0a));
  assertEquals(JSON.parse(new TextDecoder().decode(header)), PING);
  assertEquals(padded!.subarray(padded!.indexOf(0x0a) + 1), payload);
  assertEquals(frames[2], padded!);
  assertEquals(JSON.parse(frames[3] as string).arguments.text.length, 2_000);
});

Deno.test("F41 over a network nothing is filled up", async () => {
  const payload = new Uint8Array(2_000);
  const frames = await framesWithSlowAnswers("wss://example.com", [
    payload,
    payload,
    payload,
  ]);
  assertEquals(new Set(frames.map(({ length }) => length)).size, 1);
});

Deno.test("the address is what a user may write", () => {
  const transport = webSocketTransport();
  assertEquals(transport.name, "WebSocket");
  assertEquals(
    transport.resolve("https://cloud.rocketride.ai").href,
    "wss://cloud.rocketride.ai/task/service",
  );
});

Deno.test("the platform's constructor is looked up when it is needed", async () => {
  const { WebSocket: original } = globalThis;
  const transport = webSocketTransport();
  Object.assign(globalThis, { WebSocket: FakeSocket });
  try {
    const dialing = transport.dial(
      transport.resolve("localhost"),
      UNHEARD,
      { signal: null, timeout: 1_000, clock: fakeClock() },
    );
    FakeSocket.latest.open();
    await dialing;
  } finally {
    Object.assign(globalThis, { WebSocket: original });
  }
  await drainMicrotasks();
});
