import { assertEquals } from "@std/assert";
import {
  type PingableSocket,
  sweep,
} from "../../lib/engine/serve/listen/node_server.ts";
import { fakeClock } from "../support/fake_clock.ts";

class Socket implements PingableSocket {
  pings = 0;
  isTerminated = false;
  readonly #listeners: Record<string, () => void> = {};

  ping(): void {
    this.pings++;
  }
  terminate(): void {
    this.isTerminated = true;
  }
  on(event: string, listener: () => void): void {
    this.#listeners[event] = listener;
  }
  emit(event: string): void {
    this.#listeners[event]?.();
  }
}

Deno.test("a socket that gives no sign of life is terminated", async () => {
  const clock = fakeClock();
  const [silent, answering, talking] = [
    new Socket(),
    new Socket(),
    new Socket(),
  ];
  const stop = sweep(clock, 60_000, new Set([silent, answering, talking]));
  await clock.advance(59_999);
  assertEquals(silent.pings, 0);
  for (let round = 1; round <= 3; round++) {
    await clock.advance(60_000);
    answering.emit("pong");
    talking.emit("message");
  }
  assertEquals(silent.pings, 1);
  assertEquals(
    [silent, answering, talking].map(({ isTerminated }) => isTerminated),
    [true, false, false],
  );
  assertEquals([answering.pings, talking.pings], [3, 3]);
  stop();
  assertEquals(clock.timers, 0);
});

Deno.test("sockets that come later are asked, too; no process waits for that", async () => {
  const clock = fakeClock();
  const sockets = new Set<Socket>();
  const stop = sweep(clock, 10, sockets);
  await clock.advance(10);
  const late = new Socket();
  sockets.add(late);
  await clock.advance(10);
  assertEquals(late.pings, 1);
  assertEquals(clock.refTimers, 0);
  stop();
});
