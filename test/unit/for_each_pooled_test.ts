import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { forEachPooled, type Work } from "../../lib/pipe/pooled.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

/** Run work whose values are kept; what is not given has defaults. */
function run<T>(work: Partial<Work<T>> & Pick<Work<T>, "values">): {
  readonly seen: (readonly [T, number])[];
  readonly done: Promise<void>;
} {
  const seen: (readonly [T, number])[] = [];
  const done = forEachPooled<T>({
    concurrency: 2,
    signal: undefined,
    ended: undefined,
    act(value, index): Promise<void> {
      seen.push([value, index]);
      return Promise.resolve();
    },
    ...work,
  });
  done.catch(() => {});
  return { seen, done };
}

/** An async iterator that is read like a log: what is asked, what is given. */
function scripted(
  next: () => Promise<IteratorResult<number, unknown>>,
): AsyncIterable<number> & { asked: number; most: number; returned: number } {
  let waiting = 0;
  const self = {
    asked: 0,
    most: 0,
    returned: 0,
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<number, unknown>> {
        self.asked++;
        self.most = Math.max(self.most, ++waiting);
        try {
          return await next();
        } finally {
          waiting--;
        }
      },
      return(): Promise<IteratorResult<number, unknown>> {
        self.returned++;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return self;
}

Deno.test("forEachPooled() takes every value once, in order, from either kind", async () => {
  async function* later(): AsyncGenerator<string> {
    yield "a";
    await drainMicrotasks();
    yield "b";
    yield "c";
  }
  for (const values of [["a", "b", "c"], new Set(["a", "b", "c"]), later()]) {
    const { seen, done } = run<string>({ values });
    await done;
    assertEquals(seen, [["a", 0], ["b", 1], ["c", 2]]);
  }
});

Deno.test("forEachPooled() never reads ahead, and never twice at once", async () => {
  let given = 0;
  const values = scripted(async () => {
    await undefined;
    return { done: false, value: given++ };
  });
  const gates: PromiseWithResolvers<void>[] = [];
  const stop = new AbortController();
  const { done } = run({
    values,
    concurrency: 3,
    signal: stop.signal,
    act(): Promise<void> {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
  });
  await drainMicrotasks();
  assertEquals([values.asked, values.most], [3, 1]);
  gates[1]?.resolve();
  await drainMicrotasks();
  assertEquals([values.asked, values.most], [4, 1]);
  stop.abort(new Error("enough"));
  for (const gate of gates) gate.resolve();
  await assertRejects(() => done, Error, "enough");
  assertEquals(values.returned, 1);
});

Deno.test("forEachPooled() waits for room before it reads", async () => {
  const room = Promise.withResolvers<void>();
  const values = scripted(() =>
    Promise.resolve({ done: true, value: undefined })
  );
  const { done } = run({ values, concurrency: 1, room: () => room.promise });
  await drainMicrotasks();
  assertEquals(values.asked, 0);
  room.resolve();
  await done;
  assertEquals(values.asked, 1);
});

Deno.test("an abort ends a read that hangs, with the reason itself", async () => {
  const values = scripted(() => new Promise(() => {}));
  const stop = new AbortController();
  const { done } = run({ values, signal: stop.signal });
  await drainMicrotasks();
  const reason = { why: "enough" };
  stop.abort(reason);
  assertStrictEquals(await done.catch((error) => error), reason);
  await drainMicrotasks();
  assertEquals(values.returned, 1);
});

Deno.test("what reading throws rejects after what was begun has settled", async () => {
  const failure = new Error("no more");
  let given = 0;
  const values = scripted(() =>
    given < 1
      ? Promise.resolve({ done: false, value: given++ })
      : Promise.reject(failure)
  );
  const gate = Promise.withResolvers<void>();
  const { done } = run({ values, act: () => gate.promise });
  let settled = false;
  done.catch(() => settled = true);
  await drainMicrotasks();
  assertEquals(settled, false);
  gate.resolve();
  assertStrictEquals(await done.catch((error) => error), failure);
  assertEquals(values.returned, 0, "who fails is not told to stop");
});

Deno.test("the end of the session stops the reading, unless that is done", async () => {
  for (const length of [2, Infinity]) {
    let given = 0;
    const values = scripted(() =>
      Promise.resolve(
        given < length
          ? { done: false, value: given++ }
          : { done: true, value: undefined },
      )
    );
    const ended = new AbortController();
    const gate = Promise.withResolvers<void>();
    const { done } = run({
      values,
      concurrency: 3,
      ended: ended.signal,
      act: () => gate.promise,
    });
    await drainMicrotasks();
    const lost = new Error("lost");
    ended.abort(lost);
    gate.resolve();
    const outcome = await done.catch((error) => error);
    assertStrictEquals(outcome, length === 2 ? undefined : lost);
    assertEquals(values.returned, length === 2 ? 0 : 1);
  }
});

Deno.test("what return() of an iterator throws is ignored", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const values: Iterable<number> = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 1 }),
      return(): never {
        throw new Error("Cannot stop");
      },
    }),
  };
  const { done } = run({
    values,
    signal: stop.signal,
    act: async () => {
      await drainMicrotasks();
      stop.abort(reason);
    },
  });
  assertStrictEquals(await done.catch((error) => error), reason);
});
