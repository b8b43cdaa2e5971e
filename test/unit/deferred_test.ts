import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { deferred, ignore } from "../../lib/async.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

Deno.test("a deferred gives what it was resolved with", async () => {
  const { promise, resolve } = deferred<number>();
  resolve(7);
  assertEquals(await promise, 7);
});

Deno.test("a deferred settles once; what comes later does nothing", async () => {
  const { promise, resolve, reject } = deferred<number>();
  resolve(1);
  reject(new Error("late"));
  resolve(2);
  assertEquals(await promise, 1);
});

Deno.test("a rejection that nobody looks at is not reported as unhandled", async () => {
  // An unhandled rejection would fail the whole run.
  deferred().reject(new Error("unseen"));
  await drainMicrotasks();
});

Deno.test("a rejection still reaches who waits for it", async () => {
  const reason = new Error("seen");
  const { promise, reject } = deferred();
  reject(reason);
  await drainMicrotasks();
  assertStrictEquals(await assertRejects(() => promise), reason);
});

Deno.test("ignore makes nothing of what it is given", () => {
  assertEquals(ignore(), undefined);
});
