import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionException, ProtocolException } from "../../lib/errors.ts";
import { FrameBuffer } from "../../lib/protocol/frame.ts";
import type { CloseInfo } from "../../lib/transport/transport.ts";
import { webSocketTransport } from "../../lib/transport/web_socket.ts";
import type { Message } from "../../schema/envelope.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import {
  closeFrame,
  OPCODE,
  rawFrame,
  rawServer,
} from "../support/raw_web_socket.ts";
import { UNHEARD } from "../support/scripted_transport.ts";
import {
  dialled,
  event,
  FAKE,
  FakeSocket,
  onFakeSocket,
  PING,
  withRawServer,
  withServer,
} from "../support/web_socket_rig.ts";

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

Deno.test("the socket's binary type is pinned, whatever the runtime's default is", async () => {
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

Deno.test("a frame that is a Blob ends the line, since its order is lost", async () => {
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

Deno.test("on loopback, frames that would stall are filled up once a stall was met", async () => {
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

Deno.test("a frame that would stall has a ping ahead of it when nothing else waits for an answer", async () => {
  const clock = fakeClock();
  const { line, seen, socket } = await onFakeSocket({ clock });
  function answer(request_seq: number): void {
    const command = "rrext_ping";
    socket.receive(
      JSON.stringify({ type: "response", request_seq, command, success: true }),
    );
  }
  const payload = new Uint8Array(2_000);
  line.send({ ...PING, seq: 1 }, payload);
  await clock.advance(50);
  answer(1);
  line.send({ ...PING, seq: 2 }, payload);
  answer(0);
  answer(2);
  const sent = socket.sent as (string | Uint8Array)[];
  assertEquals(sent.length, 3);
  assertEquals(JSON.parse(sent[1] as string), {
    type: "request",
    seq: 0,
    command: "rrext_ping",
  });
  assertEquals(sent[2]!.length, sent[0]!.length);
  // The answer to the ping is nobody's.
  assertEquals(
    seen.map((it) => "request_seq" in it && it.request_seq),
    [1, 2],
  );
});

Deno.test("over a network nothing is filled up", async () => {
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
