import { assert, assertEquals } from "@std/assert";
import type {
  FlowBody,
  InputConnection,
  Pipeline,
  StreamedEvent,
} from "@rocketride/streams";
import document from "../../examples/pipelines/document.pipe.json" with {
  type: "json",
};
import retrieval from "../../examples/pipelines/retrieval.pipe.json" with {
  type: "json",
};
import { EventLog, textOf } from "../../lib/page/app/event_log.ts";
import { bytes, count, duration, rate } from "../../lib/page/app/format.ts";
import {
  type Drawing,
  layOut,
  NODE_HEIGHT,
  NODE_WIDTH,
} from "../../lib/page/app/layout.ts";
import { SECONDS, Series } from "../../lib/page/app/series.ts";
import { connectionKey, TaskModel } from "../../lib/page/app/task_model.ts";

/** A pipeline in which one component has data from many, over several ranks. */
const KNOT: Pipeline = {
  source: "a",
  components: [
    { id: "a", provider: "webhook" },
    { id: "b", provider: "parse", input: [{ lane: "tags", from: "a" }] },
    {
      id: "c",
      provider: "prompt",
      input: [{ lane: "text", from: "b" }, { lane: "text", from: "c" }],
    },
    {
      id: "d",
      provider: "agent",
      input: [
        { lane: "questions", from: "c" },
        { lane: "text", from: "a" },
        { lane: "tags", from: "a" },
        { lane: "text", from: "gone" },
      ],
    },
    { id: "e", provider: "llm", control: [{ classType: "llm", from: "d" }] },
    { id: "alone", provider: "parse" },
  ],
};

function noneOverlap({ nodes, width, height }: Drawing): void {
  for (const a of nodes) {
    assert(a.x >= 0 && a.x + NODE_WIDTH <= width, a.id);
    assert(a.y >= 0 && a.y + NODE_HEIGHT <= height, a.id);
    for (const b of nodes) {
      if (a === b) continue;
      const isApart = Math.abs(a.x - b.x) >= NODE_WIDTH ||
        Math.abs(a.y - b.y) >= NODE_HEIGHT;
      assert(isApart, `${a.id} lies on ${b.id}`);
    }
  }
}

Deno.test("a drawing has room for each component, and all of them follow each other", () => {
  for (const pipeline of [document, retrieval, KNOT] as Pipeline[]) {
    for (const direction of ["right", "down"] as const) {
      const drawing = layOut(pipeline, direction);
      noneOverlap(drawing);
      assertEquals(
        drawing.nodes.map(({ id }) => id),
        pipeline.components.map(({ id }) => id),
      );
      const axis = direction === "right" ? "x" : "y";
      const at = new Map(drawing.nodes.map((node) => [node.id, node[axis]]));
      for (const { key } of drawing.connections) {
        const [from = "", to = ""] = key.split("\0");
        if (from !== to) assert(at.get(from)! < at.get(to)!, key);
      }
    }
  }
});

Deno.test("a drawing has one connection for all lanes between two components", () => {
  const { connections } = layOut(KNOT, "right");
  const told = connections.map(({ key, label, isControl }) =>
    [key.replace("\0", ">"), label, isControl] as const
  );
  assertEquals(told, [
    ["a>b", "tags", false],
    ["b>c", "text", false],
    ["c>c", "text", false],
    ["c>d", "questions", false],
    ["a>d", "text, tags", false],
    ["d>e", "llm", true],
  ]);
  for (const { path, points } of connections) {
    assert(!path.includes("NaN"), path);
    assert(points.every(([x, y]) => Number.isFinite(x + y)), path);
  }
});

Deno.test("components that feed each other in a circle are drawn, too", () => {
  const input = (from: string): InputConnection[] => [{ lane: "text", from }];
  const components = [
    { id: "a", provider: "x", input: input("b") },
    { id: "b", provider: "x", input: input("a") },
  ];
  noneOverlap(layOut({ components }, "right"));
  assertEquals(layOut({ components: [] }, "down").nodes, []);
});

/** A step as the engine tells it; what is left is in no pipe any more. */
function step(
  op: FlowBody["op"],
  path: readonly string[],
  trace: FlowBody["trace"] = {},
): FlowBody {
  const pipes = op === "leave" ? path.slice(0, -1) : path;
  const component = path.at(-1) ?? "";
  return { id: 0, op, component, pipes, trace, project_id: "p", source: "in" };
}

Deno.test("a failure counts where it happened, once, however many it passes through", () => {
  const task = new TaskModel("1", "p", "in");
  const passed: string[] = [];
  task.onPass = (from, to) => passed.push(`${from}>${to}`);
  const error = "No";
  for (
    const body of [
      step("begin", ["object"]),
      step("enter", ["in", "parse"], { lane: "tags" }),
      step("enter", ["in", "parse", "llm"], { lane: "text" }),
      step("leave", ["in", "parse", "llm"], { lane: "text", error }),
      step("leave", ["in", "parse"], { lane: "tags", error }),
    ]
  ) assertEquals(task.flow(1_000, body), undefined);
  assertEquals(task.flow(1_250, step("end", ["object"])), 250);
  assertEquals(passed, ["in>parse", "parse>llm"]);
  assertEquals(Object.fromEntries(task.components), {
    in: { passed: 1, failed: 0 },
    parse: { passed: 1, failed: 0 },
    llm: { passed: 1, failed: 1 },
  });
  const failing = task.connections.get(connectionKey("parse", "llm"));
  assertEquals(failing, { passed: 1, failed: 1 });
  // The next object fails of the same cause, and counts again.
  task.flow(2_000, step("begin", ["object"]));
  task.flow(2_000, step("leave", ["in", "parse", "llm"], { error }));
  assertEquals(task.components.get("llm")?.failed, 2);
  // Of an object that began before, nobody knows how long it took.
  assertEquals(
    new TaskModel("2", "p", "in").flow(1, step("end", [])),
    undefined,
  );
});

Deno.test("a series has the last two minutes, and the latencies of each second", () => {
  const series = new Series();
  for (let ms = 1; ms <= 100; ms++) series.took(ms);
  series.add(1, 100, 2);
  assertEquals([series.median[0], series.slow[0]], [50, 95]);
  series.add(2, 0, 0);
  assertEquals([series.median[1], series.done[1]], [null, 0]);
  assertEquals(series.latest, { median: 50, slow: 95 });
  for (let now = 3; now < 2 * SECONDS; now++) series.add(now, now, 0);
  assertEquals(series.times.length, SECONDS);
  assertEquals(series.done.at(-1), 2 * SECONDS - 1);
  for (let ms = 0; ms < 100_000; ms++) series.took(7);
  series.add(0, 0, 0);
  assertEquals(series.latest, { median: 7, slow: 7 });
});

Deno.test("the log of events keeps the newest, and little of those that are large", () => {
  const log = new EventLog();
  const event = (body: object): StreamedEvent =>
    ({ type: "event", seq: 1, event: "output", body }) as never;
  for (let line = 1; line <= 5_000; line++) {
    log.add(line, event({ output: `line ${line}\n` }));
  }
  const all = log.find(Infinity, () => true);
  assertEquals([all.length, all[0]?.number, all.at(-1)?.number], [
    2_000,
    5_000,
    3_001,
  ]);
  const [found] = log.find(1, (entry) => textOf(entry) === "line 4000");
  assertEquals(found?.at, 4_000);
  assertEquals(log.find(1, () => true, 4_500)[0]?.number, 4_500);
  const large = {
    output: "x".repeat(1_000_000),
    more: Array(1e5).fill("more"),
  };
  log.add(1, event(large));
  const [kept] = log.find(1, () => true);
  assert(JSON.stringify(kept?.body).length < 20_000);
  log.add(1, { type: "gap", reason: "overflow", lost: 3 });
  assertEquals(log.find(1, () => true)[0]?.kind, "GAP");
});

Deno.test("figures are short, and have their units", () => {
  assertEquals([1, 1_234, 1_234_567].map(count), ["1", "1,234", "1.2M"]);
  assertEquals([0, 0.25, 9.96, 1_234.5].map(rate), ["0", "0.3", "10", "1,235"]);
  assertEquals([0, 1_023, 1_536, 12 * 1024, 5e9].map(bytes), [
    "0 B",
    "1023 B",
    "1.5 KiB",
    "12 KiB",
    "4.7 GiB",
  ]);
  assertEquals([0.25, 12.4, 1_500, 61_000, 7_260_000, 1e9].map(duration), [
    "0.3 ms",
    "12 ms",
    "1.5 s",
    "1 min 1 s",
    "2 h 1 min",
    "11 d 13 h",
  ]);
});
