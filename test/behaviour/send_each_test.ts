import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { connect, pipe, sendEach, use } from "@rocketride/streams";
import { forEachTransport } from "../support/engines.ts";
import { TEXT, through, valve } from "../support/pipelines.ts";

/** Counted rows, made when they are asked for. */
function rowsUpTo(count: number): {
  readonly rows: ReadableStream<string>;
  /** How many were taken. */
  taken(): number;
} {
  let taken = 0;
  const rows = new ReadableStream<string>({
    pull(controller): void {
      if (taken === count) controller.close();
      else controller.enqueue(`row ${taken++}`);
    },
  }, { highWaterMark: 0 });
  return { rows, taken: () => taken };
}

forEachTransport(
  "10,000 rows go through sendEach() in order, and few are held at a time",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const { rows, taken } = rowsUpTo(10_000);
    let read = 0;
    let held = 0;
    await rows.pipeThrough(sendEach(session, task)).pipeTo(
      new WritableStream({
        async write({ input, result, error }): Promise<void> {
          // Now and then the reader pauses for longer than a row takes.
          if (read % 1_000 === 0) await new Promise((it) => setTimeout(it, 20));
          assertEquals(error, undefined);
          assertEquals([input, result?.text], [`row ${read}`, [
            `row ${read}\n\n`,
          ]]);
          read++;
          held = Math.max(held, taken() - read);
        },
      }),
    );
    assertEquals(read, 10_000);
    // Two for each of the 16 at a time, and what the two streams hold.
    assert(held <= 36, `${held} rows were held`);
  },
);

const SLOTS = 2;

for (const end of ["readable", "writable"] as const) {
  const shut = valve();
  forEachTransport(
    `what is given up at the ${end} end of sendEach() leaves every slot free`,
    async (options) => {
      await using session = await connect(options);
      await using task = await use(session, {
        pipeline: through("valve"),
        threads: SLOTS,
      });
      shut.shut();
      const { readable, writable } = sendEach(session, task);
      const writer = writable.getWriter();
      writer.closed.catch(() => {});
      for (let i = 0; i < 2 * SLOTS; i++) await writer.write("x");
      await shut.reached();
      const reason = new Error("enough");
      await (end === "readable"
        ? readable.cancel(reason)
        : writer.abort(reason));
      assertStrictEquals(await assertRejects(() => writer.closed), reason);
      shut.open();
      // Hangs unless all of them are free.
      const pipes = await Promise.all(
        Array.from({ length: SLOTS }, () => pipe(session, task)),
      );
      await Promise.all(pipes.map((it) => it.close()));
    },
    { nodes: [shut.node] },
  );
}
