import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { type Clock, deadline, systemClock } from "../../lib/async.ts";
import { fakeClock } from "../support/fake_clock.ts";

/** What was asked of the platform's timers while `body` ran. */
function watchTimers(
  body: () => void,
): { delays: number[]; cleared: unknown[]; unrefs: number } {
  const { setTimeout, clearTimeout } = globalThis;
  const seen = { delays: [] as number[], cleared: [] as unknown[], unrefs: 0 };
  const id = { unref: () => seen.unrefs++ };
  Object.assign(globalThis, {
    setTimeout: (_: unknown, ms: number) => (seen.delays.push(ms), id),
    clearTimeout: (given: unknown) => seen.cleared.push(given === id),
  });
  try {
    body();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
  return seen;
}

Deno.test("the platform's clock does not run backwards", () => {
  const clock = systemClock();
  const first = clock.now();
  assertGreaterOrEqual(clock.now(), first);
});

Deno.test("a timer fires once its time has come", async () => {
  const clock = systemClock();
  const startedAt = clock.now();
  await new Promise<void>((resolve) => clock.after(5, resolve));
  assertGreaterOrEqual(clock.now() - startedAt, 4);
});

Deno.test("a cancelled timer does not fire, and cancelling twice is harmless", async () => {
  const clock = systemClock();
  let fired = false;
  const cancel = clock.after(1, () => fired = true);
  cancel();
  cancel();
  await new Promise<void>((resolve) => clock.after(5, resolve));
  assert(!fired);
});

Deno.test("a timer for ever is none at all", () => {
  const { delays } = watchTimers(() => {
    systemClock().after(Infinity, () => assert(false, "fired"))();
  });
  assertEquals(delays, []);
});

Deno.test("a delay beyond 31 bits does not fire at once", () => {
  const { delays, cleared } = watchTimers(() => {
    systemClock().after(2 ** 40, () => {})();
  });
  assertEquals(delays, [2 ** 31 - 1]);
  assertEquals(cleared, [true]);
});

Deno.test("only a timer that is not to hold the process lets go of it", () => {
  const held = watchTimers(() => {
    systemClock().after(1, () => {});
    systemClock().after(1, () => {}, {});
    systemClock().after(1, () => {}, { ref: true });
  });
  assertEquals(held.unrefs, 0);
  const released = watchTimers(() => {
    systemClock().after(1, () => {}, { ref: false });
  });
  assertEquals(released.unrefs, 1);
});

Deno.test("timers that are mere numbers, as in browsers, work as well", () => {
  const { setTimeout, clearTimeout } = globalThis;
  const cleared: unknown[] = [];
  Object.assign(globalThis, {
    setTimeout: () => 12,
    clearTimeout: (id: unknown) => cleared.push(id),
  });
  try {
    systemClock().after(1, () => {}, { ref: false })();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
  assertEquals(cleared, [12]);
});

/** A clock of a program that computes: each timer fires so much too late. */
function lateClock(lateMs: () => number): Clock & {
  /** Let the timer fire that waits; tells whether there was one. */
  fire(): boolean;
} {
  let now = 0;
  let waiting: { at: number; callback: () => void } | undefined;
  return {
    now: () => now,
    after(ms, callback): () => void {
      waiting = { at: now + ms, callback };
      return () => waiting = undefined;
    },
    fire(): boolean {
      const timer = waiting;
      waiting = undefined;
      if (!timer) return false;
      now = Math.max(now, timer.at) + lateMs();
      timer.callback();
      return true;
    },
  };
}

Deno.test("a deadline that nothing delays comes at its time", async () => {
  const clock = fakeClock();
  const times: number[] = [];
  deadline(clock, 500, () => times.push(clock.now()));
  await clock.advance(499);
  assertEquals(times, []);
  await clock.advance(1);
  assertEquals([times, clock.timers], [[500], 0]);
});

Deno.test("a deadline that is late leaves time to look at what has arrived", () => {
  const delays = [1_000];
  const clock = lateClock(() => delays.shift() ?? 0);
  const times: number[] = [];
  deadline(clock, 500, () => times.push(clock.now()));
  while (clock.fire());
  assertEquals(times, [1_750]);
});

Deno.test("a deadline can be cancelled at any time", () => {
  for (let fires = 0; fires < 5; fires++) {
    const clock = lateClock(() => 100);
    const cancel = deadline(clock, 500, () => assert(false, "fired"));
    for (let at = 0; at < fires; at++) assert(clock.fire());
    cancel();
    assert(!clock.fire());
  }
});

Deno.test("a program that always computes has deadlines, too", () => {
  const clock = lateClock(() => 1_000);
  const times: number[] = [];
  deadline(clock, 500, () => times.push(clock.now()));
  while (clock.fire());
  assertEquals(times.length, 1);
  assert(times[0]! < 12_000, `${times}`);
});
