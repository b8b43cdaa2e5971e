import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TimeoutException } from "../../lib/errors.ts";
import type { ResponseMessage } from "../../schema/envelope.ts";
import { CallsRig } from "../support/calls_rig.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";

type Step =
  | { readonly kind: "add"; readonly timeout: number; readonly late: boolean }
  | { readonly kind: "settle" | "giveUp"; readonly seq: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "failAll" };

/** Small numbers, so that answers are late, doubled and unknown often. */
const seq = fc.integer({ min: 1, max: 8 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      timeout: fc.constantFrom(10, 25, 50, Infinity),
      late: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("settle" as const), seq }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("giveUp" as const), seq }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "failAll" as const }) },
);

/** What must become of a request: the first thing that happened to it. */
interface Expected {
  readonly deadline: number;
  readonly late: boolean;
  outcome: string | undefined;
}

function answerTo(request_seq: number): ResponseMessage {
  return { type: "response", seq: 1, request_seq };
}

function describe(reason: unknown): string {
  return reason instanceof TimeoutException ? "timeout" : String(reason);
}

Deno.test("whatever happens in whatever order, a request settles once, by what came first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40, size: "max" }),
      async (steps) => {
        const clock = fakeClock();
        const table = new CallsRig(clock);
        const model: Expected[] = [];
        const settled: string[][] = [];
        const late: number[] = [];
        const expectedLate: number[] = [];
        /** Requests whose late answer is still looked for. */
        const looking = new Set<number>();
        let now = 0;

        function waiting(at: number): Expected | undefined {
          const request = model[at - 1];
          return request?.outcome === undefined ? request : undefined;
        }
        function end(at: number, request: Expected, outcome: string): void {
          request.outcome = outcome;
          if (request.late && outcome !== "answer") looking.add(at);
        }

        for (const next of steps) {
          switch (next.kind) {
            case "add": {
              const at = model.length + 1;
              model.push({
                deadline: now + next.timeout,
                late: next.late,
                outcome: undefined,
              });
              const outcomes: string[] = [];
              settled.push(outcomes);
              table.add(at, {
                timeout: next.timeout,
                onLate: next.late
                  ? (it) => it && late.push(table.numberOf(it.request_seq)!)
                  : undefined,
              }).then(
                () => outcomes.push("answer"),
                (reason) => outcomes.push(describe(reason)),
              );
              break;
            }
            case "settle": {
              table.settle(answerTo(next.seq));
              const request = waiting(next.seq);
              if (request) end(next.seq, request, "answer");
              else if (looking.delete(next.seq)) expectedLate.push(next.seq);
              break;
            }
            case "giveUp": {
              table.giveUp(next.seq, "gave up");
              const request = waiting(next.seq);
              if (request) end(next.seq, request, "gave up");
              break;
            }
            case "pass":
              await clock.advance(next.ms);
              now += next.ms;
              model.forEach((request, at) => {
                const due = request.outcome === undefined &&
                  request.deadline <= now;
                if (due) end(at + 1, request, "timeout");
              });
              break;
            case "failAll":
              table.failAll("gone");
              looking.clear();
              for (const request of model) request.outcome ??= "gone";
          }
          const left = model.filter(({ outcome }) => outcome === undefined);
          await drainMicrotasks();
          assertEquals(table.size, left.length);
          assertEquals(late, expectedLate);
        }

        table.failAll("over");
        await drainMicrotasks();
        assertEquals(
          settled,
          model.map(({ outcome }) => [outcome ?? "over"]),
        );
        assertEquals([table.size, clock.timers], [0, 0]);
      },
    ),
  );
});
