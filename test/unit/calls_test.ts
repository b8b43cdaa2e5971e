import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { ResponseMessage } from "../../schema/envelope.ts";
import { TimeoutException } from "../../lib/errors.ts";
import type { LateAnswer } from "../../lib/session/calls.ts";
import { CallsRig, type RigOptions } from "../support/calls_rig.ts";
import { fakeClock } from "../support/fake_clock.ts";

function answerTo(seq: number, message = ""): ResponseMessage {
  return { type: "response", seq: 1, request_seq: seq, message };
}

function waiting(timeout: number, onLate?: LateAnswer): RigOptions {
  return { timeout, onLate };
}

Deno.test("an answer reaches the request it answers, in any order", async () => {
  const table = new CallsRig(fakeClock());
  const [one, two] = [
    table.add(1, waiting(1_000)),
    table.add(2, waiting(1_000)),
  ];
  assertEquals(table.size, 2);
  table.settle(answerTo(2, "two"));
  table.settle(answerTo(1, "one"));
  assertEquals([(await one).message, (await two).message], ["one", "two"]);
  assertEquals(table.size, 0);
});

Deno.test("a refusal is an answer, too", async () => {
  const table = new CallsRig(fakeClock());
  const answer = table.add(1, waiting(1_000));
  table.settle({ ...answerTo(1), success: false });
  assertEquals((await answer).success, false);
});

Deno.test("a second answer changes nothing, nor does one to an unknown request", async () => {
  const table = new CallsRig(fakeClock());
  const answer = table.add(1, waiting(1_000));
  table.settle(answerTo(1, "first"));
  table.settle(answerTo(1, "second"));
  table.settle(answerTo(99, "to nobody"));
  assertEquals((await answer).message, "first");
  assertEquals(table.size, 0);
});

Deno.test("a request that is not answered in time fails with its command and limit", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  const answer = table.add(1, waiting(250));
  const failed = assertRejects(() => answer, TimeoutException);
  await clock.advance(249);
  assertEquals(table.size, 1);
  await clock.advance(1);
  const error = await failed;
  assertEquals(error.message, 'No answer to "rrext_ping" within 250 ms');
  assertEquals([error.timeout, error.code, error.retryable], [
    250,
    "timeout",
    true,
  ]);
  assertEquals([table.size, clock.timers], [0, 0]);
});

Deno.test("one timer serves all deadlines, and the nearest one counts", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  const failures: number[] = [];
  for (const timeout of [300, 100, 200, 300]) {
    table.add(timeout + table.size, waiting(timeout))
      .catch((error) => failures.push(error.timeout));
    assertEquals(clock.timers, 1);
  }
  await clock.advance(150);
  assertEquals(failures, [100]);
  assertEquals(clock.timers, 1);
  await clock.advance(500);
  assertEquals(failures, [100, 200, 300, 300]);
  assertEquals(clock.timers, 0);
});

Deno.test("an answered request leaves the timer alone, and the next one uses it", async () => {
  const clock = fakeClock();
  let armed = 0;
  const counting = {
    now: clock.now,
    after: (ms: number, callback: () => void) => {
      armed++;
      return clock.after(ms, callback);
    },
  };
  const table = new CallsRig(counting);
  for (let seq = 0; seq < 1_000; seq++) {
    const answer = table.add(seq, waiting(1_000));
    table.settle(answerTo(seq));
    await answer;
  }
  assertEquals(armed, 1);
  await clock.advance(1_000);
  assertEquals(clock.timers, 0);
});

Deno.test("a request without a limit has no timer", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  const answer = table.add(1, waiting(Infinity));
  assertEquals(clock.timers, 0);
  await clock.advance(1e9);
  table.settle(answerTo(1, "at last"));
  assertEquals((await answer).message, "at last");
});

Deno.test("a wait that is given up rejects with the reason itself, once", async () => {
  const table = new CallsRig(fakeClock());
  const answer = table.add(1, waiting(1_000));
  const reason = { why: "not an error" };
  table.giveUp(1, reason);
  table.giveUp(1, "again");
  table.giveUp(2, "nobody");
  assertStrictEquals(await answer.catch((thrown) => thrown), reason);
});

Deno.test("an answer that comes too late goes to onLate, once", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  const late: string[] = [];
  const options = waiting(100, (it) => late.push(it?.message ?? ""));
  const answers = [1, 2].map((seq) => table.add(seq, options));
  const over = Promise.allSettled(answers);
  table.giveUp(1, "aborted");
  await clock.advance(100);
  await over;
  for (const word of ["first", "second"]) {
    table.settle(answerTo(1, `${word} to 1`));
    table.settle(answerTo(2, `${word} to 2`));
  }
  assertEquals(late, ["first to 1", "first to 2"]);
});

Deno.test("onLate is not called for a request that was answered in time", async () => {
  const table = new CallsRig(fakeClock());
  const answer = table.add(
    1,
    waiting(100, () => assert(false, "told")),
  );
  table.settle(answerTo(1));
  table.settle(answerTo(1));
  await answer;
});

Deno.test("only the last 1,024 late answers are waited for", async () => {
  const table = new CallsRig(fakeClock());
  const late: (number | undefined)[] = [];
  const onLate = (response: ResponseMessage | undefined) => {
    late.push(table.numberOf(response?.request_seq));
  };
  const answers = [];
  for (let seq = 1; seq <= 1_025; seq++) {
    answers.push(table.add(seq, waiting(100, onLate)));
    table.giveUp(seq, "aborted");
  }
  await Promise.allSettled(answers);
  table.settle(answerTo(1));
  table.settle(answerTo(2));
  table.settle(answerTo(1_025));
  // The first one learns that its answer is not waited for any more.
  assertEquals(late, [undefined, 2, 1_025]);
});

Deno.test("the end of the connection fails everything that waits, with one reason", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  const late: (number | undefined)[] = [];
  const options = waiting(
    100,
    (it) => late.push(table.numberOf(it?.request_seq)),
  );
  const answers = [1, 2, 3].map((seq) => table.add(seq, options));
  table.giveUp(3, "aborted");
  const reason = new Error("gone");
  table.failAll(reason);
  const outcomes = await Promise.allSettled(answers);
  assertEquals(outcomes.map((it) => "reason" in it && it.reason), [
    reason,
    reason,
    "aborted",
  ]);
  assertEquals([table.size, clock.timers], [0, 0]);
  // Nothing waits for late answers any more.
  table.settle(answerTo(3));
  assertEquals(late, [undefined, undefined, undefined]);
});

Deno.test("requests can be made after the connection has ended", async () => {
  const clock = fakeClock();
  const table = new CallsRig(clock);
  table.failAll(new Error("gone"));
  const answer = table.add(1, waiting(50));
  const failed = assertRejects(() => answer, TimeoutException);
  await clock.advance(50);
  await failed;
});

Deno.test("onLate is called once if no answer can come, and not at all if the request did not leave", async () => {
  const table = new CallsRig(fakeClock());
  const told: string[] = [];
  const add = (seq: number): void => {
    table.add(seq, waiting(100, () => told.push(`${seq}`))).catch(() => {});
  };
  table.refuses = true;
  add(1);
  table.refuses = false;
  for (const seq of [2, 3]) add(seq);
  table.fail(2, "no answer");
  table.fail(2, "no answer");
  table.giveUp(3, "aborted");
  table.fail(3, "no answer");
  table.failAll("gone");
  await Promise.resolve();
  assertEquals(told, ["2", "3"]);
});
