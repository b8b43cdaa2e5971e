import { assertEquals, assertRejects } from "@std/assert";
import { Semaphore } from "../../lib/engine/run/semaphore.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

const NEVER: AbortSignal = new AbortController().signal;

Deno.test("a semaphore gives its slots in the order of asking", async () => {
  const slots = new Semaphore(1);
  const order: number[] = [];
  await slots.acquire(NEVER);
  const waiting = [1, 2, 3].map((n) =>
    slots.acquire(NEVER).then(() => order.push(n))
  );
  assertEquals(slots.waiting, 3);
  for (let n = 0; n < 3; n++) {
    slots.release();
    await drainMicrotasks();
  }
  await Promise.all(waiting);
  assertEquals(order, [1, 2, 3]);
});

Deno.test("who gives up leaves the line with the signal's own reason", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(NEVER);
  const controller = new AbortController();
  const given = slots.acquire(controller.signal);
  const next = slots.acquire(NEVER);
  const reason = new Error("Enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => given), reason);
  assertEquals(slots.waiting, 1);
  slots.release();
  await next;
});

Deno.test("who has given up before asking takes no slot", async () => {
  const slots = new Semaphore(1);
  await assertRejects(() => slots.acquire(AbortSignal.abort()));
  await slots.acquire(NEVER);
});

Deno.test("a slot handed over in the turn in which it is given up is not lost", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(NEVER);
  const controller = new AbortController();
  const given = slots.acquire(controller.signal);
  slots.release();
  controller.abort();
  // It stays with the caller, who has to give it back.
  await given;
  slots.release();
  await slots.acquire(NEVER);
});
