import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ConnectionException } from "../../lib/errors.ts";
import { Attempts } from "../../lib/session/attempts.ts";
import type { ReconnectOptions } from "../../lib/session/options.ts";
import { fakeClock } from "../support/fake_clock.ts";

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const few = fc.nat({ max: 40 });

/** The attempts of a session with such settings. */
function attemptsWith(
  settings: Partial<ConstructorParameters<typeof Attempts>[0]>,
): Attempts {
  return new Attempts({
    clock: fakeClock(),
    random: () => 0.5,
    reconnect: {},
    ...settings,
  });
}

/** The delay after so many failures, each with the same error. */
function delayAfter(
  failures: number,
  random: number,
  { closeCode, most = Infinity, ...options }: ReconnectOptions & {
    readonly closeCode?: number;
    readonly most?: number;
  } = {},
): number {
  const attempts = attemptsWith({ random: () => random, reconnect: options });
  const error = new ConnectionException("lost", { closeCode });
  for (let i = 0; i < failures; i++) attempts.nextDelay(error, most);
  assertEquals(attempts.failures, failures);
  return attempts.nextDelay(error, most);
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
  const attempts = attemptsWith({ clock });
  const lost = new ConnectionException("lost");
  for (const [lasted, failures] of [[9_999, 1], [10_000, 0]] as const) {
    attempts.nextDelay(lost, Infinity);
    attempts.connected();
    await clock.advance(lasted);
    attempts.disconnected();
    assertEquals(attempts.failures > 0, failures > 0);
  }
});

Deno.test("the caller decides which errors are final, by error and attempt", () => {
  const asked: unknown[] = [];
  const attempts = attemptsWith({
    reconnect: {
      shouldReconnect(error, attempt): boolean {
        asked.push([error, attempt]);
        return attempt < 2;
      },
    },
  });
  assertEquals(attempts.finalFailure("first"), undefined);
  attempts.nextDelay("first", Infinity);
  assertEquals(attempts.finalFailure("second"), { reason: "second" });
  assertEquals(asked, [["first", 1], ["second", 2]]);
});
