import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { abortable, deferred, onAbort } from "../../lib/async.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

Deno.test("onAbort() tells the signal's own reason, once", () => {
  const source = countingSignal();
  const reasons: unknown[] = [];
  onAbort(source.signal, (reason) => reasons.push(reason));
  const reason = { any: "thing" };
  source.abort(reason);
  source.abort("again");
  assertEquals(reasons.length, 1);
  assertStrictEquals(reasons[0], reason);
});

Deno.test("onAbort() calls at once when the signal has aborted already", () => {
  const reasons: unknown[] = [];
  onAbort(AbortSignal.abort("over"), (reason) => reasons.push(reason))();
  assertEquals(reasons, ["over"]);
});

Deno.test("onAbort() is quiet after it was detached", () => {
  const source = countingSignal();
  const reasons: unknown[] = [];
  onAbort(source.signal, (reason) => reasons.push(reason))();
  assertEquals(source.listeners, 0);
  source.abort("late");
  assertEquals(reasons, []);
});

Deno.test("onAbort() takes no signal as one that never aborts", () => {
  for (const none of [null, undefined]) {
    onAbort(none, () => assert(false, "called without a signal"))();
  }
});

Deno.test("abortable() gives what the promise gives, and lets go of the signal", async () => {
  const source = countingSignal();
  assertEquals(await abortable(Promise.resolve(5), source.signal), 5);
  const failure = new Error("failed");
  const failed = abortable(Promise.reject(failure), source.signal);
  assertStrictEquals(await assertRejects(() => failed), failure);
  await drainMicrotasks();
  assertEquals(source.attached, 2);
  assertEquals(source.listeners, 0);
});

Deno.test("abortable() is the promise itself where there is no signal", () => {
  const promise = Promise.resolve();
  assertStrictEquals(abortable(promise, undefined), promise);
  assertStrictEquals(abortable(promise, null), promise);
});

Deno.test("abortable() rejects with the reason itself, and nothing else is reported", async () => {
  const source = countingSignal();
  const work = deferred();
  const waiting = abortable(work.promise, source.signal);
  const reason = { not: "an error" };
  source.abort(reason);
  assertStrictEquals(await waiting.catch((thrown) => thrown), reason);
  // The work fails afterwards; an unhandled rejection would fail the run.
  work.reject(new Error("unseen"));
  await drainMicrotasks();
});

Deno.test("abortable() prefers a signal that has aborted before to a value that is there", async () => {
  const waiting = abortable(Promise.resolve(1), AbortSignal.abort("over"));
  assertEquals(await waiting.catch((thrown) => thrown), "over");
});
