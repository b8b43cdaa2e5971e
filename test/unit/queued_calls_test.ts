import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionException, TimeoutException } from "../../lib/errors.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { CallsRig } from "../support/calls_rig.ts";
import { fakeClock } from "../support/fake_clock.ts";

Deno.test("no call waits where no connection is to come", async () => {
  const calls = new CallsRig(fakeClock()).calls;
  await assertRejects(
    () => calls.untilConnected("x", { timeout: 1, signal: null }),
    ConnectionException,
  );
});

Deno.test("calls that wait go on in order, with the time that is left", async () => {
  const clock = fakeClock();
  const calls = new CallsRig(clock, true).calls;
  const left: number[] = [];
  const waits = [100, 200].map(async (limit) => {
    left.push(
      await calls.untilConnected("x", { timeout: limit, signal: null }),
    );
  });
  await clock.advance(30);
  calls.release();
  await Promise.all(waits);
  assertEquals(left, [70, 170]);
  assertEquals(clock.timers, 0);
});

Deno.test("calls that wait are rejected when there will be no connection, and later ones, too", async () => {
  const calls = new CallsRig(fakeClock(), true).calls;
  const waiting = calls.untilConnected("x", { timeout: 100, signal: null })
    .catch((error) => error);
  const reason = new Error("over");
  calls.end(reason);
  assertStrictEquals(await waiting, reason);
  await assertRejects(
    () => calls.untilConnected("x", { timeout: 1, signal: null }),
    ConnectionException,
  );
});

/** Far more than run at once, and a fake clock is soon through with them. */
const MANY = 500;

Deno.test("calls that stop waiting leave nothing behind, however many there were", async () => {
  const clock = fakeClock();
  const calls = new CallsRig(clock, true).calls;
  const counting = countingSignal();
  const outcomes: Promise<unknown>[] = [];
  for (let i = 0; i < MANY; i++) {
    const waiting = calls.untilConnected("x", {
      timeout: 10,
      signal: counting.signal,
    });
    outcomes.push(waiting.catch((error) => error));
  }
  assertEquals(counting.listeners, MANY);
  await clock.advance(10);
  for (const outcome of await Promise.all(outcomes)) {
    if (!(outcome instanceof TimeoutException)) throw outcome;
  }
  assertEquals([counting.listeners, clock.timers], [0, 0]);
});
