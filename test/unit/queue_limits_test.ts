import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConnectionException, RocketRideException } from "../../lib/errors.ts";
import { events } from "../../lib/events/events.ts";
import { valueBytes } from "../../lib/bounded_queue.ts";
import { call } from "../../lib/session/call.ts";
import { close, isConnected } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import { webSocketTransport } from "../../lib/transport/web_socket.ts";
import { ping } from "../../lib/service/services.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { onFakeSocket, PING } from "../support/web_socket_rig.ts";

const MIB = 1024 * 1024;
/** The most that a queue of the client holds. */
const MOST = 64;
/** All share the same memory. */
const LARGE = { text: "x".repeat(MIB) };

Deno.test("events that a reader leaves are bounded in bytes: the stream errors", async () => {
  await using server = scriptedServer({ rrext_monitor: () => ({}) });
  const session = await connect(server.target("memory"));
  const stream = await events(session, "*", { types: ["all"] });
  const line = await server.line();
  for (let at = 0; at < 2 * MOST; at++) line.event("apaevt_sse", LARGE);
  await drainMicrotasks();
  const error = await assertRejects(
    () => stream.getReader().read(),
    RocketRideException,
  );
  assertEquals(error.code, "event-overflow");
  await close(session);
});

Deno.test("events that a reader leaves are bounded in bytes: the oldest give way, and a gap tells", async () => {
  await using server = scriptedServer({ rrext_monitor: () => ({}) });
  const session = await connect(server.target("memory"));
  const stream = await events(session, "*", {
    types: ["all"],
    overflow: "drop-oldest",
  });
  const line = await server.line();
  const count = 2 * MOST;
  for (let at = 0; at < count; at++) {
    line.event("apaevt_sse", { ...LARGE, at });
  }
  await drainMicrotasks();
  await close(session);
  let lost = 0;
  const seen: unknown[] = [];
  for await (const event of stream) {
    if (event.type === "gap") lost += event.lost ?? 0;
    else seen.push(event.body.at);
  }
  assertEquals(lost + seen.length, count);
  assert(seen.length <= MOST + 1, `${seen.length}`);
  assertEquals(seen.at(-1), count - 1);
});

Deno.test("many small events are bounded by their number alone", async () => {
  await using server = scriptedServer({ rrext_monitor: () => ({}) });
  const session = await connect(server.target("memory"));
  const stream = await events(session, "*", { types: ["all"] });
  const line = await server.line();
  for (let at = 0; at < 1_024; at++) line.event("apaevt_sse", { at });
  await drainMicrotasks();
  await close(session);
  let seen = 0;
  for await (const _ of stream) seen++;
  assertEquals(seen, 1_024);
});

Deno.test("an observer that is many bytes behind is hurried, and misses nothing", async () => {
  await using server = scriptedServer();
  const seen: unknown[] = [];
  const session = await connect({
    ...server.target("memory"),
    onEvent(event): Promise<void> {
      seen.push(event.body.at);
      return new Promise(() => {});
    },
  });
  const line = await server.line();
  const count = 2 * MOST;
  for (let at = 0; at < count; at++) {
    line.event("apaevt_sse", { ...LARGE, at });
  }
  await drainMicrotasks();
  assert(seen.length >= count - MOST - 1, `${seen.length}`);
  assertEquals(seen, Array.from({ length: seen.length }, (_, at) => at));
  await close(session);
});

for (
  const [what, args, options] of [
    ["payload", {}, { data: new Uint8Array(MIB) }],
    ["arguments", LARGE, {}],
  ] as const
) {
  Deno.test(`calls that wait for a connection are bounded in bytes of ${what}`, async () => {
    const it = persistRig();
    const session = await opened(it);
    drop(it);
    const calls = Array.from(
      { length: 2 * MOST },
      () => call(session, "rrext_x", args, options).catch((error) => error),
    );
    await it.clock.advance(1_000);
    const outcomes = await Promise.all(calls);
    const refused = outcomes.filter((error) => error instanceof Error);
    assert(refused.length >= MOST && refused.length <= MOST + 2);
    for (const error of refused) {
      assert(error instanceof ConnectionException);
      assertEquals(
        [error.code, error.sent, error.retryable],
        ["queue-full", false, true],
      );
    }
    // Those that have left make room.
    drop(it);
    const late = call(session, "rrext_x", args, options);
    await it.clock.advance(1_000);
    await late;
    await shut(it, session);
  });
}

Deno.test("a network that takes nothing refuses what comes next, and the session lives", async () => {
  const { line, socket } = await onFakeSocket();
  Object.assign(socket, { bufferedAmount: 256 * MIB + 1 });
  const error = assertThrows(() => line.send(PING), ConnectionException);
  assertEquals(
    [error.code, error.sent, error.retryable],
    ["queue-full", false, true],
  );
  assertEquals(socket.sent, []);
  Object.assign(socket, { bufferedAmount: 256 * MIB });
  line.send(PING);
  assertEquals(socket.sent.length, 1);
  socket.end(1000);
});

Deno.test("a call that finds the network far behind rejects, and others go on", async () => {
  const sockets: WebSocket[] = [];
  class Watched extends WebSocket {
    behind = 0;
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
    override get bufferedAmount(): number {
      return this.behind;
    }
  }
  await using server = scriptedServer();
  const session = await connect({
    ...server.target("socket"),
    transport: webSocketTransport({ WebSocket: Watched }),
  });
  Object.assign(sockets[0]!, { behind: Infinity });
  await assertRejects(() => ping(session), ConnectionException, "too much");
  Object.assign(sockets[0]!, { behind: 0 });
  assert(await ping(session) >= 0);
  assert(isConnected(session));
  await close(session);
});

Deno.test("the bytes of a value are those of its text, its names and its payload", () => {
  const near: readonly [unknown, number][] = [
    ["x".repeat(1_000), 1_000],
    [{ ["n".repeat(1_000)]: 1 }, 1_000],
    [["a".repeat(500), { b: "b".repeat(500) }], 1_000],
    [{ data: new Uint8Array(1_000) }, 1_000],
    [undefined, 0],
    [null, 0],
    [7, 0],
  ];
  for (const [value, bytes] of near) {
    const counted = valueBytes(value, Infinity);
    assert(counted >= bytes && counted < bytes + 100, `${counted}`);
  }
});

Deno.test("counting the bytes of a value stops at the limit, however deep it is", () => {
  let deep: unknown = "end";
  for (let at = 0; at < 100_000; at++) deep = [deep];
  assert(valueBytes(deep, Infinity) > 100_000);
  assert(valueBytes(deep, 1_000) < 2_000);
});
