import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Question } from "../../../schema/question.ts";
import type { JsonObject } from "../../../schema/json.ts";
import type { Pipeline } from "../../../schema/pipeline.ts";
import type { NodeDefinition } from "../../../lib/engine/node.ts";
import type { LlmFunction } from "../../../lib/engine/nodes/llm/llm_override.ts";
import { readPlan } from "../../../lib/engine/nodes/agent/waves.ts";
import { resolveReferences } from "../../../lib/engine/nodes/agent/toolbox.ts";
import {
  outline,
  valueText,
} from "../../../lib/engine/nodes/agent/value_text.ts";
import { toolCalls } from "../../../lib/engine/nodes/agent/tools.ts";
import { promptText } from "../../../lib/engine/nodes/prompt_text.ts";
import {
  chat,
  chatStream,
  close,
  connect,
  firstAnswer,
  getTaskStatus,
  type Session,
  use,
  validate,
} from "../../../mod.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { forEachTransport } from "../../support/engines.ts";
import { drainMicrotasks } from "../../support/fake_clock.ts";
import { graph } from "../../support/one_object.ts";
import { testNode } from "../../support/test_nodes.ts";
import { builtin, startNode } from "./harness.ts";

/** A model that replies from a list, and what it was asked. */
interface Script {
  readonly llm: LlmFunction;
  readonly asked: Question[];
}

function script(...replies: unknown[]): Script {
  const asked: Question[] = [];
  return {
    asked,
    llm: (question) => {
      asked.push(question);
      const reply = replies.shift();
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
}

/** Use some tools. */
function wave(...tool_calls: JsonObject[]): JsonObject {
  return { thought: "Let me see", tool_calls };
}

function done(answer: unknown): object {
  return { done: true, answer };
}

/** A tool `count` that answers rows, and `fail` that fails. */
function tools(counted: unknown[] = []): NodeDefinition {
  return testNode({
    provider: "counter",
    instance: (_pipe, { id }) => ({
      invoke: toolCalls(id, [
        {
          name: "count",
          description: "Counts.",
          inputSchema: {
            type: "object",
            properties: { to: { type: "integer" } },
            required: ["to"],
          },
          invoke: ({ to }) => {
            counted.push(to);
            return Array.from({ length: Number(to) }, (_, n) => ({ n }));
          },
        },
        {
          name: "fail",
          description: "Fails.",
          inputSchema: { type: "object" },
          invoke: () => {
            throw new Error("Out of order");
          },
        },
        {
          name: "echo",
          description: "Echoes.",
          inputSchema: { type: "object" },
          invoke: (args) => args,
        },
      ]),
    }),
  });
}

function pipelineOf(config: JsonObject = {}): Pipeline {
  const pipeline = graph(
    ["in=chat"],
    ["agent=agent_rocketride", "questions<in"],
    ["llm=llm_openai", "llm!agent"],
    ["memory=memory_internal", "memory!agent"],
    ["tool=counter", "tool!agent"],
    ["out=response_answers", "answers<agent"],
  );
  return {
    ...pipeline,
    components: pipeline.components.map((component) =>
      component.id === "agent" ? { ...component, config } : component
    ),
  };
}

interface Rig {
  readonly session: Session;
  /** Ask the agent; answers the first answer. */
  ask(text: string): Promise<unknown>;
  /** The task's errors and warnings. */
  troubles(): Promise<readonly string[]>;
}

async function withAgent(
  { llm }: Script,
  test: (rig: Rig) => Promise<void>,
  options: { pipeline?: Pipeline; nodes?: readonly NodeDefinition[] } = {},
): Promise<void> {
  const { pipeline = pipelineOf(), nodes = [tools()] } = options;
  const engine = createEngine({ llm, nodes });
  const session = await connect({ transport: engine.transport(), env: {} });
  try {
    const task = await use(session, { pipeline });
    await test({
      session,
      ask: async (text) => firstAnswer(await chat(session, task, text)),
      troubles: async () => {
        const { errors, warnings } = await getTaskStatus(session, task);
        return [...errors, ...warnings]
          .filter((text) => !text.includes("in place of"));
      },
    });
  } finally {
    await close(session);
    await engine.close();
  }
}

Deno.test("an agent whose model knows the answer uses no tool", async () => {
  const model = script(done("42"));
  await withAgent(model, async ({ ask, troubles }) => {
    assertEquals(await ask("What is six times seven?"), "42");
    assertEquals(await troubles(), []);
  });
  assertEquals(model.asked.length, 1);
  const prompt = promptText(model.asked[0]!);
  for (
    const text of ["What is six", "memory.peek", "tool.count", "tool_calls"]
  ) {
    assert(prompt.includes(text), text);
  }
  assertEquals(model.asked[0]?.expectJson, true);
});

Deno.test("what tools answer goes to memory, and comes back by reference", async () => {
  const counted: unknown[] = [];
  const model = script(
    { ...wave({ tool: "tool.count", args: { to: 200 } }), scratch: "Note it" },
    wave({
      tool: "memory.peek",
      args: { key: "wave-1.r1", path: "[-1].n" },
    }, {
      tool: "tool.echo",
      args: {
        all: "{{memory.ref:wave-1.r1}}",
        last: "is {{memory.ref:wave-1.r1:json:[199].n}}",
      },
    }),
    {
      thought: "Enough",
      remove: ["wave-1.r1"],
      tool_calls: [{ tool: "tool.count", args: { to: 2 } }],
    },
    done("{{memory.ref:wave-3.r1:csv}} and {{memory.ref:wave-2.r2:text:last}}"),
  );
  await withAgent(model, async ({ ask }) => {
    assertEquals(await ask("Count"), "n\n0\n1 and is 199");
  }, { nodes: [tools(counted)] });
  assertEquals(counted, [200, 2]);
  const [, second, third, fourth] = model.asked.map(({ context }) => context);
  assertEquals(second, [
    "Result wave-1.r1: tool.count answered list of 200, each like { n: 0 }",
  ]);
  const value = '{"ok":true,"key":"wave-1.r1","value":199}';
  assertEquals(third?.[1], `Result wave-2.r1: memory.peek answered ${value}`);
  assertEquals(fourth?.map((text) => text.slice(0, 16)), [
    "Result wave-2.r1",
    "Result wave-2.r2",
    "Result wave-3.r1",
  ]);
  assert(promptText(model.asked[1]!).includes("Your notes: Note it"));
});

Deno.test("what fails is told to the model, which may do better", async () => {
  const model = script(
    wave(
      { tool: "tool.fail", args: {} },
      { tool: "tool.count", args: {} },
      { tool: "nowhere", args: {} },
      { tool: "tool.echo", args: { x: "{{memory.ref:gone}}" } },
      { tool: "tool.echo", args: { x: "{{memory.ref:wave-1.r1:xml}}" } },
    ),
    done("sorry"),
  );
  await withAgent(model, async ({ ask, troubles }) => {
    assertEquals(await ask("Try"), "sorry");
    assertEquals(await troubles(), []);
  });
  const results = model.asked[1]!.context.map((text) =>
    /\{"error":"(.*)"\}$/.exec(text)?.[1]
  );
  assertEquals(results, [
    "Out of order",
    "tool.count: 'arguments.to' is missing",
    "There is no tool 'nowhere'",
    "Nothing is kept under 'gone'",
    "Nothing is kept under 'wave-1.r1'",
  ]);
});

Deno.test("at most eight tools work at a time, and results keep their order", async () => {
  let under = 0;
  let most = 0;
  const slow = testNode({
    provider: "counter",
    instance: (_pipe, { id }) => ({
      invoke: toolCalls(id, [{
        name: "slow",
        description: "Slow.",
        inputSchema: {},
        invoke: async ({ n }) => {
          most = Math.max(most, ++under);
          await drainMicrotasks();
          under -= 1;
          return n;
        },
      }]),
    }),
  });
  const calls = Array.from({ length: 20 }, (_, n) => ({
    tool: "tool.slow",
    args: { n },
  }));
  const model = script(wave(...calls), done("ok"));
  await withAgent(model, async ({ ask }) => {
    assertEquals(await ask("Go"), "ok");
  }, { nodes: [slow] });
  assertEquals(most, 8);
  assertEquals(
    model.asked[1]?.context,
    calls.map((_, n) => `Result wave-1.r${n + 1}: tool.slow answered ${n}`),
  );
});

Deno.test("a model that is never done must answer when its waves are used up", async () => {
  const model = script(
    wave({ tool: "tool.count", args: { to: 1 } }),
    { thought: "Hm" },
    "as far as I know: {{memory.ref:wave-1.r1:json}}",
  );
  const config = {
    max_waves: 2,
    agent_description: "You count.",
    instructions: ["Be exact."],
  };
  await withAgent(model, async ({ ask }) => {
    assertEquals(await ask("Count"), 'as far as I know: [{"n":0}]');
  }, { pipeline: pipelineOf(config) });
  const [first, , last] = model.asked;
  assertEquals([first?.expectJson, last?.expectJson], [true, false]);
  const prompt = promptText(last!);
  for (const text of ["You count.", "Be exact.", "Answer now", "wave-1.r1"]) {
    assert(prompt.includes(text), text);
  }
});

Deno.test("a reply that does nothing is complained of in the next wave", async () => {
  const model = script({ thought: "Hm" }, done("ok"));
  await withAgent(model, async ({ ask }) => {
    assertEquals(await ask("Go"), "ok");
  });
  assert(promptText(model.asked[1]!).includes("neither used a tool"));
});

Deno.test("a failure becomes the answer, and an error of the task", async () => {
  await withAgent(script(new Error("Invalid API key.")), async (rig) => {
    assertEquals(await rig.ask("Why?"), "Invalid API key.");
    const [error, ...more] = await rig.troubles();
    assert(error?.includes("Agent agent: Invalid API key."), error);
    assertEquals(more, []);
  });
});

Deno.test("an answer that refers to what is not there goes out as it is, with a warning", async () => {
  const text = "see {{memory.ref:gone}}";
  await withAgent(script(done(text)), async ({ ask, troubles }) => {
    assertEquals(await ask("Why?"), text);
    const [warning] = await troubles();
    assert(warning?.includes("Nothing is kept under 'gone'"));
  });
});

Deno.test("an agent needs one model and one memory", async () => {
  const without = (...ids: readonly string[]): Pipeline => ({
    ...pipelineOf(),
    components: pipelineOf().components.filter(({ id }) => !ids.includes(id)),
  });
  const engine = createEngine();
  const session = await connect({ transport: engine.transport(), env: {} });
  const pipeline = without("memory", "tool", "llm");
  const { errors } = await validate(session, { pipeline });
  assertEquals(errors?.map(({ message }) => message), [
    "Component agent needs at least 1 'llm' helper, but has 0",
    "Component agent needs at least 1 'memory' helper, but has 0",
  ]);
  await assertRejects(
    () => use(session, { pipeline: without("llm", "tool") }),
    Error,
    "needs at least 1 'llm' helper",
  );
  await close(session);
  await engine.close();
});

Deno.test("an agent is a tool of another, and both may share a memory", async () => {
  const pipeline = graph(
    ["in=chat"],
    ["boss=agent_rocketride", "questions<in"],
    ["aide=agent_rocketride", "tool!boss"],
    ["llm=llm_openai", "llm!boss", "llm!aide"],
    ["memory=memory_internal", "memory!boss", "memory!aide"],
    ["tool=counter", "tool!aide", "tool!boss"],
    ["out=response_answers", "answers<boss"],
  );
  const model = script(
    wave({ tool: "tool.count", args: { to: 1 } }),
    wave({
      tool: "aide.run_agent",
      args: { query: "How many?", context: { from: "boss" } },
    }),
    wave({ tool: "tool.count", args: { to: 2 } }),
    done("two: {{memory.ref:after-1.wave-1.r1:json}}"),
    done(
      "{{memory.ref:wave-2.r1:text:content}}, {{memory.ref:wave-1.r1:json}}",
    ),
  );
  await withAgent(model, async ({ ask }) => {
    const two = '[{"n":0},{"n":1}]';
    assertEquals(await ask("Ask"), `two: ${two}, [{"n":0}]`);
  }, { pipeline });
  assertEquals(model.asked[2]?.context, ['{"from":"boss"}']);
});

Deno.test("run_agent answers what was done, and by whom", async () => {
  const bench = await startNode(builtin("agent_rocketride"));
  const pipe = bench.open();
  const answer = await pipe.invoke({
    op: "invoke",
    args: { tool: "run_agent", args: { query: "Why?" } },
  }) as { content: string; stack: unknown; meta: Record<string, string> };
  const { framework, agent_id, run_id, started_at, ended_at } = answer.meta;
  assertEquals([framework, agent_id], ["rocketride", "agent_rocketride_1"]);
  assert(run_id!.length === 36 && started_at! <= ended_at!);
  assert(answer.content.startsWith("You must have 1"));
  assertEquals(answer.stack, []);
  assertEquals(pipe.errors, [`Agent agent_rocketride_1: ${answer.content}`]);
});

Deno.test("an agent refuses settings that make no sense at start, and stops with its pipe", async () => {
  for (const max_waves of [0, 51, 1.5]) {
    await assertRejects(
      () => startNode(builtin("agent_rocketride"), { max_waves }),
      Error,
      "'max_waves' must be a whole number from 1 to 50",
    );
  }
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("agent_rocketride"))).open({ signal });
  const args = { tool: "run_agent", args: { query: "Why?" } };
  await assertRejects(() => pipe.invoke({ op: "invoke", args }), Error, "gone");
});

Deno.test("an agent takes its settings from the section of its profile", async () => {
  const model = script({ thought: "Hm" }, "at last");
  const section = { max_waves: 1, agent_description: "Counts sheep." };
  const config = { profile: "default", default: section };
  await withAgent(model, async ({ ask }) => {
    assertEquals(await ask("Go"), "at last");
  }, { pipeline: pipelineOf(config) });
  assertEquals(model.asked.length, 2);
  assertEquals(model.asked[0]?.role, "Counts sheep.");
});

Deno.test("a look into memory takes nulls for what it leaves out", async () => {
  const look = { key: "wave-1.r1", path: null, offset: null };
  const model = script(
    wave({ tool: "tool.count", args: { to: 1 } }),
    wave({ tool: "memory.peek", args: look }),
    done("{{memory.ref:wave-2.r1:json}}"),
  );
  await withAgent(model, async ({ ask }) => {
    assertEquals(JSON.parse(String(await ask("Go"))), {
      ok: true,
      key: "wave-1.r1",
      value: [{ n: 0 }],
    });
  });
});

Deno.test("an engine may allow its agents fewer waves", async () => {
  const model = script({ thought: "Hm" }, "at last");
  const engine = createEngine({
    llm: model.llm,
    nodes: [tools()],
    maxWaves: 1,
  });
  const session = await connect({ transport: engine.transport(), env: {} });
  const task = await use(session, { pipeline: pipelineOf() });
  assertEquals(firstAnswer(await chat(session, task, "Go")), "at last");
  await assertRejects(
    () => use(session, { pipeline: pipelineOf({ max_waves: 2 }), token: "t" }),
    Error,
    "'max_waves' must be a whole number from 1 to 1",
  );
  await close(session);
  await engine.close();
  for (const maxWaves of [0, 51]) {
    assertThrows(() => createEngine({ maxWaves }), RangeError, "maxWaves");
  }
});

Deno.test("plans are read from whatever a model replies", () => {
  assertEquals(readPlan("text"), { done: true, answer: "text" });
  assertEquals(readPlan({ answer: { a: 1 } }), {
    done: true,
    answer: '{"a":1}',
  });
  assertEquals(readPlan({ done: true }), { done: true, answer: "" });
  assertEquals(
    readPlan({ answer: "x", tool_calls: [{ tool: "t" }, { args: {} }, 1] }),
    {
      done: false,
      thought: "",
      scratch: "",
      remove: [],
      calls: [{ tool: "t", args: {} }],
    },
  );
  const written = { tool_calls: [{ tool: "t", args: '{"a":1}' }] };
  assertEquals(readPlan(written), {
    done: false,
    thought: "",
    scratch: "",
    remove: [],
    calls: [{ tool: "t", args: { a: 1 } }],
  });
  const nothing = { thought: null, scratch: null, remove: null, done: null };
  assertEquals(
    readPlan({
      ...nothing,
      answer: null,
      tool_calls: [{ tool: "t", args: null }],
    }),
    {
      done: false,
      thought: "",
      scratch: "",
      remove: [],
      calls: [{ tool: "t", args: {} }],
    },
  );
  assertEquals(readPlan({ answer: null, tool_calls: null }).done, false);
  fc.assert(fc.property(fc.jsonValue(), (reply) => {
    const plan = readPlan(reply);
    if (plan.done) assertEquals(typeof plan.answer, "string");
    else assert(plan.calls.every(({ tool }) => typeof tool === "string"));
  }));
});

Deno.test("values are written in every format", () => {
  const rows = [{ a: 1, b: 'x,"y"' }, { a: null, c: "<&>" }];
  assertEquals(valueText(rows, "csv"), 'a,b,c\n1,"x,""y""",\n,,<&>');
  assertEquals(
    valueText([["a", "b"], [1, "<"]], "html_table"),
    "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>&lt;</td></tr></table>",
  );
  assertEquals(
    valueText(rows.slice(0, 1), "markdown_table"),
    '| a | b |\n| --- | --- |\n| 1 | x,"y" |\n',
  );
  assertEquals(valueText("x", "csv"), "x");
  assertEquals(valueText("x", "json"), '"x"');
  assertEquals([valueText("x", "text"), valueText([1], "text")], ["x", "[1]"]);
});

Deno.test("text without references is left alone, wherever it is", async () => {
  const none = (): Promise<never> => Promise.reject(new Error("not asked for"));
  await fc.assert(fc.asyncProperty(fc.jsonValue(), async (value) => {
    assertEquals(await resolveReferences(value, none), value);
  }));
});

Deno.test("an outline is short, whatever the value is", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    const large = { list: Array.from({ length: 300 }, () => value) };
    assert(outline(large).length < 20_000);
    assert(outline(value).isWellFormed());
  }));
  assertEquals(
    outline({ text: "x".repeat(500), n: 1 }),
    `{ text: text of 500 that begins "${"x".repeat(120)}"; n: 1 }`,
  );
});

forEachTransport(
  "whoever watches is told what an agent thinks",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: pipelineOf() });
    const thoughts: unknown[] = [];
    for await (const part of chatStream(session, task, "Count")) {
      if (part.type === "progress") thoughts.push([part.kind, part.data]);
      if (part.type === "result") {
        assertEquals(firstAnswer(part.result), "done");
      }
    }
    assertEquals(thoughts, [
      ["thinking", { message: "Working on: Count" }],
      ["thinking", { message: "Let me see", wave: 1, tools: ["tool.count"] }],
      ["thinking", { message: "Wave 1 is done", results: ["wave-1.r1"] }],
    ]);
    await close(session);
  },
  {
    nodes: [tools()],
    llm: ({ context }) =>
      context.length > 0
        ? done("done")
        : wave({ tool: "tool.count", args: { to: 1 } }),
  },
);
