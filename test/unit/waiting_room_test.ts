import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionException, TimeoutException } from "../../lib/errors.ts";
import { WaitingRoom } from "../../lib/session/_waiting_room.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { fakeClock } from "../support/fake_clock.ts";

Deno.test("nobody waits where no line is to come", async () => {
  const room = new WaitingRoom(fakeClock());
  await assertRejects(() => room.wait("x", 1, null), ConnectionException);
});

Deno.test("who waits goes on in order, with the time that is left", async () => {
  const clock = fakeClock();
  const room = new WaitingRoom(clock);
  room.open();
  const left: number[] = [];
  const waits = [100, 200].map(async (limit) => {
    left.push(await room.wait("x", limit, null));
  });
  await clock.advance(30);
  room.release();
  await Promise.all(waits);
  assertEquals(left, [70, 170]);
  assertEquals([room.size, clock.timers], [0, 0]);
});

Deno.test("a room that is closed turns away who waits, and who comes", async () => {
  const room = new WaitingRoom(fakeClock());
  room.open();
  const waiting = room.wait("x", 100, null).catch((error) => error);
  const reason = new Error("over");
  room.close(reason);
  assertStrictEquals(await waiting, reason);
  await assertRejects(() => room.wait("x", 1, null), ConnectionException);
});

/** Far more than run at once, and a fake clock is soon through with them. */
const MANY = 500;

Deno.test("F10 who gives up waiting leaves nothing behind, however many there were", async () => {
  const clock = fakeClock();
  const room = new WaitingRoom(clock);
  const counting = countingSignal();
  room.open();
  const outcomes: Promise<unknown>[] = [];
  for (let i = 0; i < MANY; i++) {
    const waiting = room.wait("x", 10, counting.signal);
    outcomes.push(waiting.catch((error) => error));
  }
  assertEquals(room.size, MANY);
  await clock.advance(10);
  for (const outcome of await Promise.all(outcomes)) {
    if (!(outcome instanceof TimeoutException)) throw outcome;
  }
  assertEquals([room.size, counting.listeners, clock.timers], [0, 0, 0]);
});
