import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { systemClock } from "../../lib/_clock.ts";

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
