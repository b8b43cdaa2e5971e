import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConnectionException, ProtocolException } from "../../lib/errors.ts";
import type { CloseInfo } from "../../lib/transport/transport.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  closeFrame,
  OPCODE,
  rawFrame,
  rawServer,
} from "../support/raw_web_socket.ts";
import {
  dialled,
  event,
  onFakeSocket,
  PING,
  withRawServer,
  withServer,
} from "../support/web_socket_rig.ts";

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

Deno.test("code 0, as Deno reports a death, is 1006", async () => {
  const { socket, seen } = await onFakeSocket();
  socket.end(0);
  assertEquals(seen, [{ code: 1006, reason: "" }]);
});

Deno.test("the end is told once, however often the runtime tells it", async () => {
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
  Deno.test(`${what} ends the line, since an answer may be lost in it`, async () => {
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

Deno.test("closing towards a peer that never answers takes a second, by a timer that holds nothing", async () => {
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

Deno.test("closing towards a silent peer is bounded on a real socket, too", async () => {
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

Deno.test("a close reason is cut to 123 bytes, between characters", async () => {
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

Deno.test("a code that runtimes refuse still closes the socket", async () => {
  for (const code of [1001, 1005, 1006, 1011, 2999, 5000, 0]) {
    await withServer(async ({ line, seen }, server) => {
      const peer = await server.line();
      await line.close(code, "going");
      assertEquals(await peer.closed, { code: 1000, reason: "going" });
      assertEquals(seen, [{ code, reason: "going" }]);
    });
  }
});

Deno.test("the codes that clients may send are sent", async () => {
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
