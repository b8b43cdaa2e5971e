import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertRejects,
} from "@std/assert";
import {
  close,
  connect,
  ping,
  pipe,
  type Session,
  texts,
  use,
  webSocketTransport,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { readText, writeFile } from "@rocketride/streams/store";
import type { Connection } from "../../lib/transport/transport.ts";
import { withMembers } from "../../lib/transport/wrappers.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { DIGEST, TEXT } from "../support/pipelines.ts";
import { testServer } from "../support/test_server.ts";
import { digestOf } from "../support/use_engine.ts";
import { event, onFakeSocket } from "../support/web_socket_rig.ts";

const MIB = 1024 * 1024;

/** A connection over a socket that holds back as much as a test says. */
async function onFullSocket(): Promise<{
  line: Connection;
  clock: ReturnType<typeof fakeClock>;
  hold(bytes: number | undefined): void;
  receive(): void;
  end(): void;
}> {
  const clock = fakeClock();
  const { line, socket } = await onFakeSocket({ clock });
  return {
    line,
    clock,
    hold: (bufferedAmount) => Object.assign(socket, { bufferedAmount }),
    receive: () => socket.receive(JSON.stringify(event("apaevt_x"))),
    end: () => socket.end(1000),
  };
}

Deno.test("payload may be sent while a socket holds back little, or does not say", async () => {
  const { line, hold, end } = await onFullSocket();
  for (const bytes of [undefined, 0, MIB]) {
    hold(bytes);
    assertEquals(line.isFull?.(() => assert(false, "called")), false);
  }
  hold(MIB + 1);
  assertEquals(line.isFull?.(), true);
  end();
});

Deno.test("those that wait for a socket take turns, as soon as something arrives", async () => {
  const { clock, line, hold, receive, end } = await onFullSocket();
  const turns: number[] = [];
  hold(2 * MIB);
  for (let at = 0; at < 4; at++) {
    line.isFull?.(() => {
      turns.push(at);
      hold(turns.length % 2 === 0 ? 2 * MIB : 0);
    });
  }
  receive();
  assertEquals(turns, []);
  hold(0);
  // Who comes now is behind those that wait.
  assertEquals(line.isFull?.(() => turns.push(4)), true);
  receive();
  assertEquals(turns, [0, 1]);
  hold(0);
  receive();
  assertEquals(turns, [0, 1, 2, 3]);
  hold(0);
  receive();
  assertEquals(turns, [0, 1, 2, 3, 4]);
  assertEquals(line.isFull?.(), false);
  end();
  assertEquals(clock.timers, 0);
});

Deno.test("a socket that has room is noticed though nothing arrives", async () => {
  const { clock, line, hold, end } = await onFullSocket();
  let calls = 0;
  hold(2 * MIB);
  line.isFull?.(() => calls++);
  await clock.advance(1_000);
  assertEquals(calls, 0);
  hold(0);
  await clock.advance(10);
  assertEquals(calls, 1);
  end();
  assertEquals(clock.timers, 0);
});

Deno.test("a socket that ends calls no one, and leaves no timer", async () => {
  const { clock, line, hold, end } = await onFullSocket();
  hold(2 * MIB);
  line.isFull?.(() => assert(false, "called"));
  hold(0);
  end();
  await clock.advance(1_000);
  assertEquals(clock.timers, 0);
});

Deno.test("a socket that has ended says that it has room, and leaves no timer", async () => {
  const { clock, line, hold, end } = await onFullSocket();
  // What was not sent stays in the amount.
  hold(2 * MIB);
  end();
  assertEquals(line.isFull?.(() => assert(false, "called")), false);
  assertEquals(clock.timers, 0);
});

Deno.test("a connection of one's own may say otherwise of room each time", async (t) => {
  const bytes = new TextEncoder().encode("as it was");
  const digest = await digestOf(bytes);
  const cases = [[false, true, true], [true, true, false], [true, false]];
  for (const given of cases) {
    await t.step(`full: ${given.join(", ")}`, async () => {
      await using engine = createEngine();
      const inner = engine.transport();
      let answers: boolean[] = [];
      const waiting: (() => void)[] = [];
      const transport = withMembers(inner, {
        async dial(...args): Promise<Connection> {
          return withMembers(await inner.dial(...args), {
            isFull(onRoom): boolean {
              const isFull = answers.shift() ?? false;
              if (isFull && onRoom) waiting.push(onRoom);
              return isFull;
            },
          });
        },
      });
      const session = await connect({ transport, auth: "key", env: {} });
      const { token } = await use(session, { pipeline: DIGEST });
      const target = await pipe(session, token, { mimeType: "audio/wav" });
      const writer = target.getWriter();
      const chunk = bytes.slice();
      answers = [...given];
      await writer.write(chunk);
      answers = [];
      chunk.fill(0);
      for (const onRoom of waiting) onRoom();
      await writer.close();
      const { metadata } = await target.result as { metadata?: unknown };
      assertObjectMatch({ metadata }, { metadata: { sha256: digest } });
      await close(session);
    });
  }
});

/** A session whose socket holds back as much as a test says. */
interface Held {
  readonly session: Session;
  /** What the socket says that it holds back. */
  behind: number;
  /** The bytes of payload that have left. */
  readonly payload: number;
  /** Cut the connection. */
  cut(): void;
}

async function withHeldSession(
  test: (held: Held) => Promise<void>,
): Promise<void> {
  const engine = createEngine();
  const { origin, close: stop } = testServer(engine);
  let payload = 0;
  let latest: WebSocket | undefined;
  const held = { behind: 0 };
  class Socket extends WebSocket {
    constructor(url: string) {
      super(url);
      latest = this;
    }
    override get bufferedAmount(): number {
      return held.behind;
    }
    override send(data: string | ArrayBufferView<ArrayBuffer>): void {
      if (typeof data !== "string") payload += data.byteLength;
      super.send(data);
    }
  }
  const session = await connect({
    uri: origin,
    auth: "key",
    env: {},
    transport: webSocketTransport({ WebSocket: Socket }),
  });
  try {
    await test(Object.defineProperties(held, {
      session: { value: session },
      payload: { get: () => payload },
      cut: { value: () => latest?.close() },
    }) as unknown as Held);
  } finally {
    held.behind = 0;
    await close(session);
    await stop();
  }
}

Deno.test("a ping does not wait behind uploads that the network does not take", async () => {
  await withHeldSession(async (held) => {
    const { session } = held;
    const { token } = await use(session, { pipeline: TEXT });
    const pipes = await Promise.all(
      Array.from(
        { length: 8 },
        () => pipe(session, token, { mimeType: "text/plain" }),
      ),
    );
    const file = await writeFile(session, "held.txt");
    held.behind = 2 * MIB;
    const before = held.payload;
    const sending = pipes.map(async (target, at) => {
      const writer = target.getWriter();
      await writer.write(`line ${at}\n`);
      await writer.write("last");
      await writer.close();
      return texts(await target.result);
    });
    const storing = new Blob(["stored"]).stream().pipeTo(file);
    for (let at = 0; at < 3; at++) assert(await ping(session) >= 0);
    assertEquals(held.payload, before);
    held.behind = 0;
    await storing;
    assertEquals(
      await Promise.all(sending),
      pipes.map((_, at) => [`line ${at}\nlast\n\n`]),
    );
    assertEquals(await readText(session, "held.txt"), "stored");
  });
});

Deno.test("what waits for the network can be reused, aborted and cut off", async () => {
  await withHeldSession(async (held) => {
    const { session } = held;
    const { token } = await use(session, { pipeline: DIGEST, threads: 2 });
    const [kept, aborted] = await Promise.all(
      [1, 2].map(() => pipe(session, token, { mimeType: "audio/wav" })),
    );
    held.behind = 2 * MIB;
    const before = held.payload;
    const bytes = new TextEncoder().encode("as it was");
    const digest = await digestOf(bytes);
    const writer = kept!.getWriter();
    await writer.write(bytes);
    bytes.fill(0);
    const closing = writer.close();
    await aborted!.getWriter().abort(new Error("enough"));
    // Its slot is free, though nothing has left of the other one.
    const third = await pipe(session, token, { mimeType: "audio/wav" });
    assertEquals(held.payload, before);
    held.behind = 0;
    await closing;
    const { metadata } = await kept!.result as { metadata?: unknown };
    assertObjectMatch({ metadata }, { metadata: { sha256: digest } });

    held.behind = 2 * MIB;
    const last = third.getWriter();
    await last.write(new Uint8Array(8));
    const ending = last.close();
    held.cut();
    await assertRejects(() => ending);
    await assertRejects(() => third.result);
  });
});
