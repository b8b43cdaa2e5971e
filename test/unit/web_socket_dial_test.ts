import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { ConnectionException, TimeoutException } from "../../lib/errors.ts";
import {
  type WebSocketConstructor,
  webSocketTransport,
} from "../../lib/transport/web_socket.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { rawServer } from "../support/raw_web_socket.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import {
  dialled,
  event,
  FAKE,
  FakeSocket,
  onFakeSocket,
} from "../support/web_socket_rig.ts";
import { hinted } from "../support/hinted.ts";

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

Deno.test("a server that answers the upgrade with 403 fails the dial, and may be tried again", async () => {
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
      hinted(
        'Cannot connect to "ws://localhost:5565/task/service"',
        error.hint,
      ),
    );
  }
});

Deno.test("a runtime that tells the failure twice, or only once, fails the dial once", async () => {
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
