import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Span,
  type SpanOptions,
  toSpans,
} from "../../lib/events/spans.ts";
import type { EventMessage } from "../../schema/envelope.ts";

type Json = Readonly<Record<string, unknown>>;

const ID = "11111111.in";
const PROJECT = { project_id: "p", source: "in" };

/** An event of a run, at so many seconds. */
function at(
  eventTime: number | undefined,
  event: string,
  body: Json,
): EventMessage {
  const stamps = eventTime === undefined ? {} : { eventTime };
  const whole = { __id: ID, ...PROJECT, ...stamps, ...body };
  return { type: "event", seq: 1, event, body: whole };
}

function task(time: number, action: string, more: Json = {}): EventMessage {
  return at(time, "apaevt_task", {
    action,
    name: "Reports",
    projectId: "p",
    ...more,
  });
}

function flow(
  time: number,
  op: string,
  component?: string,
  more: Json = {},
): EventMessage {
  const named = component === undefined ? {} : { component };
  return at(time, "apaevt_flow", {
    op,
    id: 0,
    pipes: [component],
    ...named,
    ...more,
  });
}

async function spansOf(
  events: readonly unknown[],
  options: SpanOptions = { now: () => 99_000 },
): Promise<Span[]> {
  const stream = new ReadableStream<EventMessage>({
    start(controller): void {
      for (const event of events) controller.enqueue(event as EventMessage);
      controller.close();
    },
  });
  return await Array.fromAsync(stream.pipeThrough(toSpans(options)));
}

/** Spans in short: name, parent's name, and times in seconds. */
function inShort(spans: readonly Span[]): unknown[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans.map(({ name, parentSpanId, startTime, endTime }) => [
    name,
    parentSpanId && (names.get(parentSpanId) ?? "?"),
    startTime / 1_000,
    endTime / 1_000,
  ]);
}

Deno.test("runs, objects and components become spans, innermost first", async () => {
  const spans = await spansOf([
    task(1, "begin"),
    flow(2, "begin", "a.txt"),
    flow(3, "enter", "parse_1", { trace: { lane: "tags" } }),
    flow(4, "enter", "llm_openai_2", { trace: { lane: "questions" } }),
    flow(5, "leave", "llm_openai_2", { trace: { result: "continue" } }),
    flow(6, "leave", "parse_1", { trace: { result: "continue" } }),
    flow(7, "end", "a.txt"),
    task(8, "end"),
  ]);
  assertEquals(inShort(spans), [
    ["chat", "parse_1", 4, 5],
    ["parse_1", "a.txt", 3, 6],
    ["a.txt", "task Reports", 2, 7],
    ["task Reports", undefined, 1, 8],
  ]);
  const [chat, parse, object, root] = spans;
  assertEquals(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  assert(/^[0-9a-f]{32}$/.test(root!.traceId), root!.traceId);
  assert(spans.every(({ spanId }) => /^[0-9a-f]{16}$/.test(spanId)));
  assertEquals([chat!.kind, parse!.kind], ["client", "internal"]);
  assertEquals(chat!.attributes, {
    "rocketride.component": "llm_openai_2",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "rocketride.lane": "questions",
    "rocketride.flow.result": "continue",
  });
  assertEquals(object!.attributes, {
    "rocketride.pipe_id": 0,
    "rocketride.object": "a.txt",
  });
  assertEquals(root!.attributes, {
    "rocketride.project_id": "p",
    "rocketride.source": "in",
    "rocketride.run_id": ID,
    "rocketride.task.name": "Reports",
  });
  assert(spans.every(({ status }) => status === "unset"));
});

const NAMES: Readonly<Record<string, readonly [string, string, Json]>> = {
  embedding_openai_1: ["embeddings", "client", {
    "gen_ai.operation.name": "embeddings",
  }],
  agent_rocketride_1: ["invoke_agent", "internal", {
    "gen_ai.operation.name": "invoke_agent",
  }],
  tool_http_request_3: ["execute_tool http_request", "internal", {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "http_request",
  }],
  llm_bedrock: ["chat", "client", {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "aws.bedrock",
  }],
  llm_of_ours: ["chat", "client", { "gen_ai.operation.name": "chat" }],
  response_text_1: ["response_text_1", "internal", {}],
};

Deno.test("components are named as OpenTelemetry names their work", async () => {
  for (const [component, [name, kind, attributes]] of Object.entries(NAMES)) {
    const [span] = await spansOf([
      task(1, "begin"),
      flow(1, "begin", "o"),
      flow(1, "enter", component),
      flow(2, "leave", component, { trace: { result: "skip" } }),
    ]);
    assertEquals([span?.name, span?.kind], [name, kind]);
    assertEquals(span?.attributes, {
      "rocketride.component": component,
      ...attributes,
      "rocketride.flow.result": "skip",
    });
  }
});

Deno.test("a component that failed is told, with its words only where content is shown", async () => {
  const events = [
    task(1, "begin"),
    flow(1, "begin", "o"),
    flow(1, "enter", "parse", { trace: { data: { text: "x".repeat(9_000) } } }),
    at(1.5, "apaevt_sse", { pipe_id: 0, type: "thinking", data: { a: 1 } }),
    flow(2, "leave", "parse", { trace: { result: "error", error: "No" } }),
    flow(3, "end", "o", { trace: { text: ["done"] } }),
    task(4, "end"),
  ];
  const [hidden] = await spansOf(events);
  assertEquals(hidden?.status, "error");
  assertEquals(hidden?.attributes["error.type"], "_OTHER");
  assertEquals(hidden?.events, [
    {
      name: "thinking",
      time: 1_500,
      attributes: { "rocketride.sse.type": "thinking" },
    },
    { name: "exception", time: 2_000, attributes: {} },
  ]);
  assert(!JSON.stringify(await spansOf(events)).includes("xxx"));
  const [shown, object] = await spansOf(events, { includeContent: true });
  assertEquals(
    String(shown?.attributes["rocketride.trace.data"]).length,
    8_192,
  );
  assertEquals(shown?.events.map(({ attributes }) => attributes), [
    { "rocketride.sse.type": "thinking", "rocketride.sse.data": '{"a":1}' },
    { "exception.message": "No" },
  ]);
  assertEquals(object?.attributes["rocketride.result"], '{"text":["done"]}');
});

Deno.test("what begins or ends out of sight is made up, and told", async () => {
  const spans = await spansOf([
    flow(1, "leave", "parse"),
    flow(2, "enter", "parse"),
    flow(3, "enter", "llm_x"),
    flow(4, "end", "o"),
    flow(5, "begin", "second"),
    flow(6, "begin", "third"),
  ]);
  assertEquals(inShort(spans), [
    ["chat", "parse", 3, 4],
    ["parse", "object", 2, 4],
    ["object", `task ${ID}`, 1, 4],
    ["second", `task ${ID}`, 5, 6],
    ["third", `task ${ID}`, 6, 99],
    [`task ${ID}`, undefined, 1, 99],
  ]);
  const told = spans.map(({ attributes }) =>
    Object.keys(attributes).filter((name) => /span\.|unmatched/.test(name))
  );
  assertEquals(told, [
    ["rocketride.span.unclosed"],
    ["rocketride.span.unclosed"],
    ["rocketride.span.implicit", "rocketride.flow.unmatched_leaves"],
    ["rocketride.span.unclosed"],
    ["rocketride.span.unclosed"],
    ["rocketride.span.implicit", "rocketride.span.unclosed"],
  ]);
});

Deno.test("a run that a list does not have any more is over, and one that it has begins", async () => {
  const row = { id: ID, name: "Reports", projectId: "p", source: "in" };
  const other = { ...row, id: "2.in", name: "Other" };
  const spans = await spansOf([
    task(1, "running", { __id: "", tasks: [row] }),
    task(2, "restart"),
    task(3, "running", { __id: "", tasks: [other] }),
    task(4, "end", { __id: "2.in" }),
  ]);
  assertEquals(inShort(spans), [
    ["task Reports", undefined, 1, 3],
    ["task Other", undefined, 3, 4],
  ]);
  assertEquals(spans[0]?.attributes["rocketride.task.restarted"], true);
});

Deno.test("servers that name no component have theirs left innermost first", async () => {
  const old = (time: number, op: string, ...pipes: string[]): EventMessage =>
    at(time, "apaevt_flow", { op, id: 0, pipes });
  const spans = await spansOf([
    old(1, "begin", "a.txt"),
    old(2, "enter", "in"),
    old(3, "enter", "in", "parse"),
    old(4, "leave", "in"),
    old(5, "leave"),
    old(6, "end"),
  ]);
  assertEquals(inShort(spans).slice(0, 3), [
    ["parse", "in", 3, 4],
    ["in", "a.txt", 2, 5],
    ["a.txt", `task ${ID}`, 1, 6],
  ]);
});

Deno.test("events without a time have that of the clock, and no span ends before it begins", async () => {
  const spans = await spansOf([
    at(undefined, "apaevt_task", { action: "begin", name: "a" }),
    task(1, "end"),
  ], { now: () => 5_000 });
  assertEquals(inShort(spans), [["task a", undefined, 5, 5]]);
});

Deno.test("what is kept open has limits, however many begin", async () => {
  const runs = Array.from(
    { length: 1_100 },
    (_, run) => task(1, "begin", { __id: `${run}` }),
  );
  const spans = await spansOf(runs);
  assertEquals(spans.length, 1_100);
  const pipes = Array.from(
    { length: 300 },
    (_, id) => flow(1, "begin", "o", { id }),
  );
  assertEquals((await spansOf(pipes)).length, 301);
  const deep = Array.from({ length: 5_000 }, () => flow(1, "enter", "parse"));
  assertEquals((await spansOf(deep)).length, 66);
});

Deno.test("other events and gaps are no spans, and bad options are refused", async () => {
  const gap = { type: "gap", reason: "reconnect", lost: undefined };
  assertEquals(await spansOf([gap, at(1, "output", { output: "x" })]), []);
  assertThrows(() => toSpans({ now: 1 as unknown as () => number }), TypeError);
});

Deno.test("a time that no moment has is not the time of a span", async () => {
  for (const time of [1.7e308, 1e300, -1e20, NaN]) {
    const [span] = await spansOf(
      [flow(time, "begin", "a"), flow(time, "end", "a")],
      { now: () => 5 },
    );
    assertEquals([span?.startTime, span?.endTime], [5, 5]);
  }
});
