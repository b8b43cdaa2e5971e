import { assertEquals } from "@std/assert";
import { StallGuard } from "../../lib/transport/web_socket.ts";
import { fakeClock } from "../support/fake_clock.ts";

const PADDED = 64 * 1024;

/** A guard after a request of `bytes` whose answer took `ms`. */
async function guardAfter(bytes: number, ms: number): Promise<StallGuard> {
  const clock = fakeClock();
  const guard = new StallGuard(clock.now);
  assertEquals(guard.paddedSize(bytes), bytes);
  await clock.advance(ms);
  guard.received();
  return guard;
}

Deno.test("frames keep their size until a stall was met", async () => {
  const clock = fakeClock();
  const guard = new StallGuard(clock.now);
  for (let round = 0; round < 100; round++) {
    assertEquals(guard.paddedSize(2_000), 2_000);
    await clock.advance(34);
    guard.received();
  }
});

Deno.test("after a stall the exposed frames, and only those, are filled up", async () => {
  const guard = await guardAfter(1_025, 44);
  const sizes = [0, 1_024, 1_025, 32_768, PADDED - 1, PADDED, PADDED + 1];
  assertEquals(sizes.map((size) => guard.paddedSize(size)), [
    0,
    1_024,
    PADDED,
    PADDED,
    PADDED,
    PADDED,
    PADDED + 1,
  ]);
});

Deno.test("a pause of 35 ms is a stall, one of 34 ms is none", async () => {
  assertEquals((await guardAfter(2_000, 34)).paddedSize(2_000), 2_000);
  assertEquals((await guardAfter(2_000, 35)).paddedSize(2_000), PADDED);
});

Deno.test("what was learnt about a line stays", async () => {
  const guard = await guardAfter(2_000, 44);
  for (let round = 0; round < 10; round++) {
    assertEquals(guard.paddedSize(2_000), PADDED);
    guard.received();
    guard.received();
    assertEquals(guard.paddedSize(10), 10);
    guard.received();
  }
  assertEquals(guard.paddedSize(2_000), PADDED);
});

Deno.test("a slow answer to a frame that cannot stall proves nothing", async () => {
  for (const size of [1_024, PADDED]) {
    const guard = await guardAfter(size, 5_000);
    assertEquals(guard.paddedSize(2_000), 2_000);
  }
});

Deno.test("a frame that is followed by another one is not timed", async () => {
  const clock = fakeClock();
  const guard = new StallGuard(clock.now);
  guard.paddedSize(2_000);
  guard.paddedSize(100);
  await clock.advance(44);
  guard.received();
  assertEquals(guard.paddedSize(2_000), 2_000);
});

Deno.test("what arrives unasked is not timed", async () => {
  const clock = fakeClock(1_000);
  const guard = new StallGuard(clock.now);
  guard.received();
  assertEquals(guard.paddedSize(2_000), 2_000);
  await clock.advance(10);
  guard.received();
  await clock.advance(44);
  guard.received();
  assertEquals(guard.paddedSize(2_000), 2_000);
});

Deno.test("after a stall a ping goes ahead of an exposed frame that is alone", async () => {
  const guard = await guardAfter(2_000, 44);
  const sizes = [1_024, 1_025, PADDED - 1, PADDED];
  assertEquals(sizes.map((it) => guard.nudges(it)), [false, true, true, false]);
  guard.asked();
  assertEquals(guard.nudges(2_000), false);
  guard.answered();
  guard.answered(); // one more than there were
  assertEquals(guard.nudges(2_000), true);
  assertEquals((await guardAfter(2_000, 34)).nudges(2_000), false);
});

Deno.test("a frame that stalls behind its ping is the last one that has one", () => {
  let now = 0;
  const guard = new StallGuard(() => now);
  const ask = (ms: number): boolean => {
    const nudged = guard.nudges(2_000);
    if (!nudged) guard.paddedSize(2_000);
    guard.asked();
    now += ms;
    guard.received();
    guard.answered();
    return nudged;
  };
  assertEquals([ask(44), ask(1), ask(44)], [false, true, true]);
  assertEquals([ask(1), guard.paddedSize(2_000)], [false, 64 * 1024]);
});
