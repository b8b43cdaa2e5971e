import { assert, assertEquals } from "@std/assert";
import { FlowStats } from "../../lib/engine/run/flow_stats.ts";
import type { FlowStep } from "../../lib/engine/run/flow_trace.ts";
import { fakeClock } from "../support/fake_clock.ts";

function begin(name: string): FlowStep {
  const object = {
    name,
    path: "",
    objectId: name,
    size: undefined,
    mimeType: "text/plain",
    metadata: {},
  };
  return { op: "begin", object };
}
const enter: FlowStep = { op: "enter", lane: "text", payload: "" };
const leave: FlowStep = { op: "leave", lane: "text", result: "continue" };
const end: FlowStep = { op: "end", body: {} };

Deno.test("components, objects and the time between them are measured", async () => {
  const clock = fakeClock();
  const stats = new FlowStats(clock);
  async function run(name: string, seq: number, ms: number): Promise<void> {
    stats.add(0, [name], begin(name), seq);
    stats.add(0, ["a", "b"], enter, null);
    stats.add(0, ["a", "b", "c"], enter, null);
    await clock.advance(ms);
    stats.add(0, ["a", "b", "c"], leave, null);
    await clock.advance(ms);
    stats.add(0, ["a", "b"], leave, null);
    stats.add(0, [name], end, null);
  }
  await run("one", 1, 1_000);
  await clock.advance(3_000);
  await run("two", 9, 2_000);
  await clock.advance(1_000);
  // What is abandoned leaves the pipe idle as well.
  stats.add(1, ["three"], begin("three"), 20);
  stats.abandon(1);
  await clock.advance(500);
  stats.add(1, ["four"], begin("four"), 21);
  const { slowestDocs, idleLongestAt, ...rest } = stats.read();
  assertEquals(rest, {
    componentStats: {
      c: { calls: 2, totalSeconds: 3, maxSeconds: 2 },
      b: { calls: 2, totalSeconds: 6, maxSeconds: 4 },
    },
    completionSeconds: 6,
    idleSeconds: 4.5,
    idleLongestSeconds: 3,
  });
  assert(idleLongestAt! > 1_000_000_000);
  assertEquals(
    slowestDocs?.map((
      { name, elapsed, beginSeq },
    ) => [name, elapsed, beginSeq]),
    [["two", 4, 9], ["one", 2, 1]],
  );
});

Deno.test("only the ten slowest objects are kept, by the start of their names", async () => {
  const clock = fakeClock();
  const stats = new FlowStats(clock);
  for (let seconds = 1; seconds <= 30; seconds++) {
    stats.add(0, ["o"], begin("x".repeat(300)), seconds);
    await clock.advance(seconds * 1_000);
    stats.add(0, ["o"], end, null);
  }
  const { slowestDocs = [] } = stats.read();
  assertEquals(slowestDocs.map(({ elapsed }) => elapsed), [
    ...[30, 29, 28, 27, 26, 25, 24, 23, 22, 21],
  ]);
  assertEquals(slowestDocs[0]?.name.length, 200);
});
