import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { systemClock } from "../../lib/async.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { FrameBuffer } from "../../lib/protocol/frame.ts";
import {
  type Acceptor,
  memoryTransport,
  type Peer,
} from "../../lib/transport/memory.ts";
import type {
  CloseInfo,
  Connection,
  DialOptions,
} from "../../lib/transport/transport.ts";
import type { Message } from "../../schema/envelope.ts";
import { UNHEARD } from "../support/scripted_transport.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

const OPTIONS: DialOptions = {
  signal: undefined,
  timeout: 1_000,
  clock: systemClock(),
};
const PING: Message = { type: "request", seq: 1, command: "rrext_ping" };

/** Both ends of a memory line, and what each of them has seen. */
interface Pair {
  readonly client: Connection;
  readonly peer: Peer;
  readonly atClient: (Message | CloseInfo)[];
  readonly atServer: (Message | CloseInfo)[];
}

async function connected(onAccept?: (peer: Peer) => void): Promise<Pair> {
  const atClient: (Message | CloseInfo)[] = [];
  const atServer: (Message | CloseInfo)[] = [];
  let peer: Peer | undefined;
  const transport = memoryTransport((given) => {
    peer = given;
    onAccept?.(given);
    return {
      onMessage: (message) => atServer.push(message),
      onClose: (info) => atServer.push(info),
    };
  });
  const client = await transport.dial(transport.resolve(""), {
    onMessage: (message) => atClient.push(message),
    onClose: (info) => atClient.push(info),
  }, OPTIONS);
  return { client, peer: peer!, atClient, atServer };
}

function event(name: string): Message {
  return { type: "event", seq: 1, event: name, body: {} };
}

function dataOf(message: unknown): Uint8Array {
  return (message as { arguments: { data: Uint8Array } }).arguments.data;
}

Deno.test("every address leads to the one server there is", () => {
  const transport = memoryTransport(() => UNHEARD);
  assertEquals(transport.name, "memory");
  for (const uri of ["", "https://cloud.rocketride.ai:80", "x y"]) {
    assertEquals(
      transport.resolve(uri).href,
      "memory://localhost/task/service",
    );
  }
});

Deno.test("messages arrive in order, after the call that sent them", async () => {
  const { client, peer, atClient, atServer } = await connected();
  for (let seq = 1; seq <= 3; seq++) {
    client.send({ ...PING, seq } as Message);
    peer.send(event(`e${seq}`));
  }
  assertEquals([atClient.length, atServer.length], [0, 0]);
  await drainMicrotasks();
  assertEquals(atServer.map((it) => "seq" in it && it.seq), [1, 2, 3]);
  assertEquals(atClient.map((it) => "event" in it && it.event), [
    "e1",
    "e2",
    "e3",
  ]);
});

Deno.test("what the server sends while it accepts is not lost", async () => {
  const { atClient } = await connected((peer) => peer.send(event("early")));
  await drainMicrotasks();
  assertEquals(atClient, [event("early")]);
});

Deno.test("payload is copied on its way, in both directions", async () => {
  const { client, peer, atClient, atServer } = await connected();
  const bytes = Uint8Array.of(1, 10, 2);
  client.send(PING, bytes);
  peer.send(event("e"), bytes);
  bytes.fill(9);
  await drainMicrotasks();
  assertEquals(dataOf(atServer[0]), Uint8Array.of(1, 10, 2));
  assertEquals(dataOf(atClient[0]), Uint8Array.of(1, 10, 2));
});

Deno.test("a frame buffer sends what was cut, and may be refilled at once", async () => {
  const { client, atServer } = await connected();
  const buffer = new FrameBuffer(10);
  buffer.append(Uint8Array.of(1, 2, 3));
  buffer.cut(2);
  client.send({ ...PING, arguments: { pipe_id: 0 } }, buffer);
  buffer.drop();
  buffer.append(Uint8Array.of(9, 9, 9));
  await drainMicrotasks();
  assertEquals(atServer[0], {
    ...PING,
    arguments: { pipe_id: 0, data: Uint8Array.of(1, 2) },
  } as Message);
});

Deno.test("an empty payload arrives as a payload", async () => {
  const { client, atServer } = await connected();
  client.send(PING, new FrameBuffer(10));
  await drainMicrotasks();
  assertEquals(dataOf(atServer[0]), new Uint8Array(0));
});

Deno.test("after a local close the client hears of it at once, and nothing else", async () => {
  const { client, peer, atClient } = await connected();
  peer.send(event("under way"));
  const closing = client.close(4000, "enough");
  assertEquals(atClient, [{ code: 4000, reason: "enough" }]);
  peer.send(event("late"));
  peer.close(1000, "too late");
  await closing;
  await client.close();
  await drainMicrotasks();
  assertEquals(atClient, [{ code: 4000, reason: "enough" }]);
});

Deno.test("what was sent before a local close still arrives, and then the close", async () => {
  const { client, atServer } = await connected();
  client.send(PING);
  await client.close();
  await drainMicrotasks();
  assertEquals(atServer, [PING, { code: 1000, reason: "" }]);
});

Deno.test("what the server sent before it closed arrives, and then the close, on both sides", async () => {
  const { client, peer, atClient, atServer } = await connected();
  peer.send(event("last"));
  peer.close(4001, "bye");
  peer.send(event("never"));
  await drainMicrotasks();
  assertEquals(atClient, [event("last"), { code: 4001, reason: "bye" }]);
  assertEquals(atServer, [{ code: 4001, reason: "bye" }]);
  await client.close();
  assertEquals(atClient.length, 2);
});

Deno.test("a line that has ended takes no messages", async () => {
  const { client } = await connected();
  await client.close();
  const error = assertThrows(() => client.send(PING), ConnectionException);
  assertEquals([error.code, error.sent, error.retryable], [
    "not-connected",
    false,
    true,
  ]);
});

Deno.test("a server that cannot accept fails the dial", async () => {
  const failure = new Error("full");
  const refusing: Acceptor = (peer) => {
    peer.send(event("never heard"));
    peer.close();
    throw failure;
  };
  const seen: unknown[] = [];
  const dialing = memoryTransport(refusing).dial(new URL("memory://x"), {
    onMessage: (message) => seen.push(message),
    onClose: (info) => seen.push(info),
  }, OPTIONS);
  assertStrictEquals(await assertRejects(() => dialing), failure);
  await drainMicrotasks();
  assertEquals(seen, []);
});

Deno.test("a dial whose signal has aborted reaches nobody", async () => {
  let accepted = 0;
  const transport = memoryTransport(() => {
    accepted++;
    return UNHEARD;
  });
  const signal = AbortSignal.abort("over");
  const dialing = transport.dial(new URL("memory://x"), UNHEARD, {
    ...OPTIONS,
    signal,
  });
  assertEquals(await dialing.catch((thrown) => thrown), "over");
  assertEquals(accepted, 0);
});
