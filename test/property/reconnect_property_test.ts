import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ConnectionException } from "../../lib/errors.ts";
import {
  type ReconnectOptions,
  ReconnectPolicy,
} from "../../lib/session/reconnect.ts";
import { fakeClock } from "../support/fake_clock.ts";

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const few = fc.nat({ max: 40 });

/** The delay after so many failures, each with the same error. */
function delayAfter(
  failures: number,
  random: number,
  { closeCode, most = Infinity, ...options }: ReconnectOptions & {
    readonly closeCode?: number;
    readonly most?: number;
  } = {},
): number {
  const policy = new ReconnectPolicy(fakeClock(), () => random, options);
  const error = new ConnectionException("lost", { closeCode });
  for (let i = 0; i < failures; i++) policy.nextDelay(error, most);
  assertEquals(policy.failures, failures);
  return policy.nextDelay(error, most);
}

Deno.test("a delay stays below a ceiling that doubles from 250 ms to 15 s", () => {
  fc.assert(fc.property(few, share, (failures, random) => {
    const delay = delayAfter(failures, random);
    assert(delay >= 0 && delay < 15_000);
    assert(delay <= 250 * 2 ** failures);
    assert(delayAfter(failures + 1, random) >= delay);
  }));
});

Deno.test("a delay that the server asked for is from 5 s to 15 s", () => {
  fc.assert(
    fc.property(
      few,
      share,
      fc.constantFrom(1012, 1013),
      (failures, random, closeCode) => {
        const delay = delayAfter(failures, random, { closeCode });
        assert(delay >= 5_000 && delay < 15_000);
        assertEquals(
          delayAfter(failures, random, { closeCode: 1006 }),
          delayAfter(failures, random),
        );
      },
    ),
  );
});

Deno.test("a delay is anywhere below its ceiling", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), share, (failures, random) => {
      assertEquals(delayAfter(failures, random), 250 * 2 ** failures * random);
    }),
  );
});

Deno.test("a delay never exceeds the time that is left, nor the caller's ceilings", () => {
  const ms = fc.integer({ min: 1, max: 60_000 });
  fc.assert(
    fc.property(few, share, ms, ms, ms, (failures, random, most, a, b) => {
      const options = { most, firstDelay: a, maxDelay: b };
      const delay = delayAfter(failures, random, options);
      assert(delay >= 0 && delay <= Math.min(most, b));
    }),
  );
});

Deno.test("failures count again from 0 after a connection that lasted 10 s", async () => {
  const clock = fakeClock();
  const policy = new ReconnectPolicy(clock, () => 0.5);
  const lost = new ConnectionException("lost");
  for (const [lasted, failures] of [[9_999, 1], [10_000, 0]] as const) {
    policy.nextDelay(lost, Infinity);
    policy.connected();
    await clock.advance(lasted);
    policy.disconnected();
    assertEquals(policy.failures > 0, failures > 0);
  }
});

Deno.test("the caller decides which errors are final, by error and attempt", () => {
  const asked: unknown[] = [];
  const policy = new ReconnectPolicy(fakeClock(), () => 0, {
    shouldReconnect(error, attempt): boolean {
      asked.push([error, attempt]);
      return attempt < 2;
    },
  });
  assert(policy.shouldReconnect("first"));
  policy.nextDelay("first", Infinity);
  assert(!policy.shouldReconnect("second"));
  assertEquals(asked, [["first", 1], ["second", 2]]);
});
