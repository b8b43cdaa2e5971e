import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextRun } from "../../lib/engine/deploy/next_run.ts";
import type { Schedule } from "../../lib/engine/deploy/read_schedule.ts";

const MINUTE = 60_000;

/** At least one of the numbers of a range. */
function some(low: number, high: number): fc.Arbitrary<ReadonlySet<number>> {
  const range = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return fc.subarray(range, { minLength: 1 })
    .map((values) => new Set(values));
}

const SCHEDULES: fc.Arbitrary<Schedule> = fc.record({
  minutes: some(0, 59),
  hours: some(0, 23),
  days: some(1, 31),
  months: fc.constant(new Set(Array.from({ length: 12 }, (_, i) => i + 1))),
  weekdays: some(0, 6),
  eitherDay: fc.boolean(),
});

function matches(schedule: Schedule, moment: number): boolean {
  const date = new Date(moment);
  const day = schedule.days.has(date.getUTCDate());
  const weekday = schedule.weekdays.has(date.getUTCDay());
  return schedule.minutes.has(date.getUTCMinutes()) &&
    schedule.hours.has(date.getUTCHours()) &&
    (schedule.eitherDay ? day || weekday : day && weekday);
}

Deno.test("the next run is the first minute after that fits", () => {
  fc.assert(
    fc.property(
      SCHEDULES,
      fc.integer({ min: 0, max: 4e12 }),
      (schedule, after) => {
        const found = nextRun(schedule, after);
        // Looked for minute by minute, for three days.
        const first = (Math.floor(after / MINUTE) + 1) * MINUTE;
        const end = first + 3 * 24 * 60 * MINUTE;
        let expected: number | undefined;
        for (let at = first; at < end && expected === undefined;) {
          if (matches(schedule, at)) expected = at;
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
