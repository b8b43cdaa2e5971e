import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readSchedule } from "../../lib/engine/deploy/schedule.ts";

const MINUTE = 60_000;

/** At least one of the numbers of a range. */
function some(low: number, high: number): fc.Arbitrary<readonly number[]> {
  const range = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return fc.subarray(range, { minLength: 1 });
}

/** A field that allows some numbers; `undefined` for a star. */
type Field = readonly number[] | undefined;

const SCHEDULES = fc.record({
  minutes: some(0, 59),
  hours: some(0, 23),
  days: fc.option(some(1, 31), { nil: undefined }),
  weekdays: fc.option(some(0, 6), { nil: undefined }),
});

/** What a schedule that was made above says about a moment. */
function matches(
  { minutes, hours, days, weekdays }: Readonly<Record<string, Field>>,
  moment: number,
): boolean {
  const date = new Date(moment);
  const day = days?.includes(date.getUTCDate()) ?? true;
  const weekday = weekdays?.includes(date.getUTCDay()) ?? true;
  return minutes!.includes(date.getUTCMinutes()) &&
    hours!.includes(date.getUTCHours()) &&
    (days && weekdays ? day || weekday : day && weekday);
}

Deno.test("the next run is the first minute after that fits", async () => {
  await fc.assert(
    fc.asyncProperty(
      SCHEDULES,
      fc.integer({ min: 0, max: 4e12 }),
      async (fields, after) => {
        const { minutes, hours, days = "*", weekdays = "*" } = fields;
        const text = `${minutes} ${hours} ${days} * ${weekdays}`;
        const found = (await readSchedule(text)).next(after);
        // Looked for minute by minute, for three days.
        const first = (Math.floor(after / MINUTE) + 1) * MINUTE;
        const end = first + 3 * 24 * 60 * MINUTE;
        let expected: number | undefined;
        for (let at = first; at < end && expected === undefined;) {
          if (matches(fields, at)) expected = at;
          at += MINUTE;
        }
        if (expected !== undefined || (found ?? end) < end) {
          assertEquals(found, expected);
        }
      },
    ),
    { numRuns: 100 },
  );
});
