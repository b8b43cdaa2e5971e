import { assertEquals, assertRejects } from "@std/assert";
import { readSchedule } from "../../lib/engine/deploy/schedule.ts";
import { ValidationException } from "../../lib/errors.ts";

/** The first few moments of a schedule after another, as ISO times. */
async function runs(
  text: string,
  after: string,
  count = 3,
): Promise<string[]> {
  const schedule = await readSchedule(text);
  const found: string[] = [];
  let moment: number | undefined = Date.parse(after);
  while (found.length < count && moment !== undefined) {
    moment = schedule.next(moment);
    if (moment !== undefined) {
      found.push(new Date(moment).toISOString().slice(0, 16));
    }
  }
  return found;
}

Deno.test("manual is never", async () => {
  assertEquals((await readSchedule("manual")).next(0), undefined);
});

Deno.test("each word means what it says, in UTC", async () => {
  const after = "2024-02-28T22:30:00Z";
  const first = async (text: string): Promise<string | undefined> =>
    (await runs(text, after, 1))[0];
  assertEquals(await first("@hourly"), "2024-02-28T23:00");
  assertEquals(await first("@daily"), "2024-02-29T00:00");
  assertEquals(await first("@midnight"), "2024-02-29T00:00");
  assertEquals(await first("@weekly"), "2024-03-03T00:00");
  assertEquals(await first("@monthly"), "2024-03-01T00:00");
  assertEquals(await first("@yearly"), "2025-01-01T00:00");
  assertEquals(await first("@annually"), "2025-01-01T00:00");
});

Deno.test("lists, ranges, steps and names are read", async () => {
  assertEquals(await runs("*/20 8-9 * * *", "2024-05-01T08:59:59Z", 4), [
    "2024-05-01T09:00",
    "2024-05-01T09:20",
    "2024-05-01T09:40",
    "2024-05-02T08:00",
  ]);
  assertEquals(await runs("0 6 * feb,MAY mon-Fri/2", "2024-05-01T06:00:00Z"), [
    "2024-05-03T06:00",
    "2024-05-06T06:00",
    "2024-05-08T06:00",
  ]);
  assertEquals(await runs("50/5 0 1 1 *", "2024-01-01T00:00:00Z"), [
    "2024-01-01T00:50",
    "2024-01-01T00:55",
    "2025-01-01T00:50",
  ]);
  assertEquals(await runs("0 0 * * 7", "2024-05-01T00:00:00Z", 1), [
    "2024-05-05T00:00",
  ]);
});

Deno.test("of a day of the month and one of the week either will do", async () => {
  assertEquals(await runs("0 0 13 * fri", "2024-09-01T00:00:00Z", 4), [
    "2024-09-06T00:00",
    "2024-09-13T00:00",
    "2024-09-20T00:00",
    "2024-09-27T00:00",
  ]);
  // A star in one of them narrows nothing, whatever its step.
  assertEquals(await runs("0 0 */10 * fri", "2024-09-01T00:00:00Z", 2), [
    "2024-10-11T00:00",
    "2024-11-01T00:00",
  ]);
});

Deno.test("rare days are found, and days that never come are not", async () => {
  assertEquals(await runs("0 0 29 2 *", "2096-03-01T00:00:00Z", 1), [
    "2104-02-29T00:00",
  ]);
  assertEquals(await runs("0 0 30 2 *", "2024-01-01T00:00:00Z"), []);
});

Deno.test("what is no schedule is refused", async () => {
  const wrong = [
    "",
    "daily",
    "@DAILY",
    "@toString",
    "toString",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * foo *",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "*-5 * * * *",
    "1,, * * * *",
    "1.5 * * * *",
    "-1 * * * *",
    "@reboot",
    "2024-01-01T00:00:00",
    `${"0,".repeat(1_000)}0 * * * *`,
  ];
  for (const text of wrong) {
    await assertRejects(
      () => readSchedule(text),
      ValidationException,
      `Invalid schedule '${text}'`,
    );
  }
});
