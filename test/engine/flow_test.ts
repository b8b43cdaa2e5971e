import { assertEquals } from "@std/assert";
import { type FlowStep, flowTrace } from "../../lib/engine/run/flow_trace.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { graph } from "../support/one_object.ts";
import type { Body } from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PASSING = testNode({ provider: "passing" });
const PIPELINE = chain("text", "a=entry", "b=passing", "c=response_all");

/** The flow events of one object, as far as they matter. */
async function flowOf(level: string | undefined): Promise<Body[]> {
  let steps: Body[] = [];
  await withEngine([PASSING], async ({ client, start }) => {
    const { token, id } = await start(PIPELINE, { pipelineTraceLevel: level });
    await client.ok("rrext_monitor", { token, types: ["FLOW"] });
    const port = dataPort(client, token);
    const pipe = await port.open("text/plain", { name: "n", objectId: "o" });
    await port.write(pipe, "hello");
    await port.close(pipe);
    steps = client.events("apaevt_flow").map((body) => {
      const { id: pipe, project_id, source, __id, ...rest } = body;
      assertEquals([pipe, project_id, source, __id], [0, "project", "a", id]);
      return rest;
    });
  });
  return steps;
}

Deno.test("without a trace level there are no flow events", async () => {
  assertEquals(await flowOf(undefined), []);
  assertEquals(await flowOf("none"), []);
});

Deno.test("metadata tells the way of an object and nothing of its data", async () => {
  const trace = { lane: "text" };
  const done = { lane: "text", result: "continue" };
  const object = { name: "n", objectId: "o", mimeType: "text/plain" };
  assertEquals(await flowOf("metadata"), [
    { op: "begin", component: "n", pipes: ["n"], trace: object },
    { op: "enter", component: "b", pipes: ["a", "b"], trace },
    { op: "enter", component: "c", pipes: ["a", "b", "c"], trace },
    { op: "leave", component: "c", pipes: ["a", "b"], trace: done },
    { op: "leave", component: "b", pipes: ["a"], trace: done },
    { op: "end", component: "n", pipes: ["n"], trace: {} },
  ]);
});

Deno.test("summary adds sizes and the result, full the content", async () => {
  const traces = async (level: string): Promise<Body[]> =>
    (await flowOf(level)).map(({ trace }) => trace);
  const summary = await traces("summary");
  assertEquals(summary[1], { lane: "text", data: { length: 5 } });
  assertEquals(summary.at(-1), {
    seen: ["hello"],
    result_types: { seen: "text" },
    name: "n",
    path: "",
    objectId: "o",
  });
  const full = await traces("full");
  assertEquals(full[1], { lane: "text", data: { length: 5, text: "hello" } });
});

Deno.test("each lane shows what its level allows", () => {
  const shown = (
    lane: string,
    payload: unknown,
    level: "summary" | "full",
  ): unknown => {
    const step: FlowStep = { op: "enter", lane, payload };
    const { lane: _, ...rest } = flowTrace(step, level);
    return rest;
  };
  const long = "x".repeat(3_000);
  assertEquals(shown("table", long, "full"), {
    data: { length: 3_000, text: "x".repeat(2_000) },
  });
  const docs = [{ page_content: "a" }];
  assertEquals(shown("documents", docs, "summary"), { data: { count: 1 } });
  assertEquals(shown("documents", docs, "full"), {
    data: { count: 1, documents: docs },
  });
  const question = { role: "r" };
  assertEquals(shown("questions", question, "summary"), {});
  assertEquals(shown("questions", question, "full"), { data: question });
  const bytes = new Uint8Array(9);
  assertEquals(
    shown("image", { action: "write", mimeType: "image/png", bytes }, "full"),
    { data: { action: "write", mimeType: "image/png", bufferSize: 9 } },
  );
  assertEquals(shown("tags", { kind: "begin" }, "summary"), {
    data: { kind: "begin", bufferSize: 0 },
  });
  const call = { op: "ask", args: { a: 1 } };
  assertEquals(shown("invoke", call, "summary"), { invoke: { op: "ask" } });
  assertEquals(shown("invoke", call, "full"), { invoke: call });
});

Deno.test("consumed payloads, failures and control calls are told as such", async () => {
  const eater = testNode({
    provider: "eater",
    instance: () => ({ on: { text: () => "consume" } }),
  });
  const caller = testNode({
    provider: "caller",
    instance: (pipe) => ({
      on: {
        text: async () => {
          await pipe.control("llm", { op: "ask", args: {} });
        },
      },
    }),
  });
  const helper = testNode({
    provider: "helper",
    instance: () => ({
      invoke: () => {
        throw new Error("Out of words");
      },
    }),
  });
  await withEngine([eater, caller, helper], async ({ client, start }) => {
    const [source, , ...rest] = chain(
      "text",
      "a=entry",
      "x=eater",
      "b=caller",
    ).components;
    if (!source) throw new Error("A chain has a source");
    const input = [{ lane: "text", from: "a" }];
    const control = [{ classType: "llm", from: "b" }];
    const { token } = await start({
      components: [
        source,
        { id: "x", provider: "eater", config: {}, input },
        ...rest.map((component) => ({ ...component, input })),
        { id: "h", provider: "helper", config: {}, control },
      ],
      source: "a",
    }, { pipelineTraceLevel: "metadata" });
    await client.ok("rrext_monitor", { token, types: ["FLOW"] });
    const port = dataPort(client, token);
    const pipe = await port.open();
    const write = { subcommand: "write", pipe_id: pipe, token, data: "x" };
    await client.fails("rrext_process", write);
    const leaves = client.events("apaevt_flow").filter(({ op }) =>
      op === "leave"
    );
    const error = "Out of words";
    assertEquals(
      leaves.map(({ component, pipes, trace }) => [component, pipes, trace]),
      [
        ["x", ["a"], { lane: "text", result: "skip" }],
        ["h", ["a", "b"], { lane: "invoke", result: "error", error }],
        ["b", ["a"], { lane: "text", result: "error", error }],
      ],
    );
  });
});

Deno.test("the status shows which components are at work in each pipe", async () => {
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({
      on: {
        text: () => {
          entered.resolve();
          return gate.promise;
        },
      },
    }),
  });
  await withEngine([PASSING, slow], async ({ client, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=passing", "c=slow"),
    );
    const flow = async (): Promise<unknown> =>
      (await client.ok("rrext_get_task_status", { token })).pipeflow;
    const port = dataPort(client, token);
    await port.open();
    const pipe = await port.open();
    const write = port.write(pipe, "x");
    await entered.promise;
    assertEquals(await flow(), {
      totalPipes: 2,
      byPipe: { "0": [], "1": ["a", "b", "c"] },
    });
    gate.resolve();
    await write;
    await port.close(pipe);
    assertEquals(await flow(), { totalPipes: 1, byPipe: { "0": [] } });
  });
});

Deno.test("calls to helpers that overlap each lead from the asker", async () => {
  const gates: (() => void)[] = [];
  const asker = testNode({
    provider: "asker",
    instance: (pipe) => ({
      on: {
        text: async (): Promise<void> => {
          const ask = (id: string): Promise<unknown> =>
            pipe.control("tool", { op: "go", args: {} }, id);
          const both = [ask("h"), ask("i")];
          while (gates.length < 2) await Promise.resolve();
          for (const open of gates) open();
          await Promise.all(both);
          await ask("h");
        },
      },
    }),
  });
  const helper = testNode({
    provider: "helper",
    instance: () => ({
      invoke: () => {
        if (gates.length === 2) return 1;
        return new Promise((resolve) => gates.push(() => resolve(1)));
      },
    }),
  });
  await withEngine([asker, helper], async ({ client, start }) => {
    const pipeline = graph(
      ["in=entry"],
      ["a=asker", "text<in"],
      ["h=helper", "tool!a"],
      ["i=helper", "tool!a"],
    );
    const { token } = await start(pipeline, { pipelineTraceLevel: "metadata" });
    await client.ok("rrext_monitor", { token, types: ["FLOW"] });
    await dataPort(client, token).send("text/plain", "go");
    const ways = client.events("apaevt_flow")
      .filter(({ op, trace }) => op === "enter" && trace.lane === "invoke")
      .map(({ pipes }) => pipes);
    assertEquals(ways, [["in", "a", "h"], ["in", "a", "i"], ["in", "a", "h"]]);
  });
});
