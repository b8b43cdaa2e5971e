import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { deferred } from "../../lib/async.ts";
import { inSequence } from "../../lib/bounded_queue.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

Deno.test("an observer that returns at once is told at once", () => {
  const seen: number[] = [];
  const tell = inSequence((value: number) => seen.push(value));
  tell(1);
  tell(2);
  assertEquals(seen, [1, 2]);
});

Deno.test("C30 an observer that takes its time sees one value after the other, whatever it fails with", async () => {
  const turns = fc.array(fc.nat({ max: 4 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(turns, async (plan) => {
    const log: string[] = [];
    const tell = inSequence(async (index: number): Promise<void> => {
      log.push(`begin ${index}`);
      for (let turn = 0; turn < plan[index]!; turn++) await undefined;
      log.push(`end ${index}`);
      if (index % 3 === 0) throw new Error("the observer's own");
    });
    for (const index of plan.keys()) tell(index);
    await drainMicrotasks();
    const expected = plan.flatMap((_, at) => [`begin ${at}`, `end ${at}`]);
    assertEquals(log, expected);
  }));
});

Deno.test("what an observer throws, or a stranger's promise rejects with, stops nothing", async () => {
  const seen: number[] = [];
  const tell = inSequence((value: number): unknown => {
    seen.push(value);
    if (value === 1) throw new Error("thrown");
    return { then: (_: unknown, no: (reason: unknown) => void) => no("no") };
  });
  for (const value of [1, 2, 3]) tell(value);
  await drainMicrotasks();
  assertEquals(seen, [1, 2, 3]);
});

Deno.test("an observer that never comes back is told everything all the same, in order, and little waits", () => {
  const never = deferred<void>();
  const seen: number[] = [];
  const tell = inSequence((value: number): Promise<void> => {
    seen.push(value);
    return never.promise;
  });
  for (let value = 0; value < 5_000; value++) tell(value);
  assertEquals(seen, Array.from({ length: seen.length }, (_, at) => at));
  assert(seen.length >= 5_000 - 1_024);
});
