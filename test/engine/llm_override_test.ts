import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type {
  LlmContext,
  LlmFunction,
} from "../../lib/engine/nodes/llm/llm_override.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { createQuestion, type Question } from "../../schema/question.ts";
import { ValidationException } from "../../lib/errors.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";

const MIME = "application/rocketride-question";

function chatWith(provider: string, config: object = {}): Pipeline {
  return {
    components: [
      { id: "in", provider: "chat", config: {} },
      {
        id: "model",
        provider,
        config: { ...config },
        input: [{ lane: "questions", from: "in" }],
      },
      {
        id: "out",
        provider: "response_answers",
        config: {},
        input: [{ lane: "answers", from: "model" }],
      },
    ],
    source: "in",
    project_id: "override",
  };
}

/** No request may leave an engine whose models are replaced. */
const noFetch: typeof fetch = () => {
  throw new Error("Not to be called");
};

async function asked(
  llm: NonNullable<EngineOptions["llm"]>,
  pipeline: Pipeline,
  question: Question = createQuestion({ questions: [{ text: "Why?" }] }),
): Promise<Body> {
  let body: Body;
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(pipeline);
    const port = dataPort(client, token);
    body = await port.send(MIME, JSON.stringify(question));
  }, { llm, fetch: noFetch });
  return body;
}

Deno.test("a function answers instead of every model, without a key", async () => {
  const contexts: Partial<LlmContext>[] = [];
  const llm: LlmFunction = (question, { signal, sse, ...rest }) => {
    assert(!signal.aborted);
    sse("thinking", { message: "Hm" });
    contexts.push(rest);
    return `You ask: ${question.questions[0]?.text}`;
  };
  const providers: [string, object, string][] = [
    ["llm_openai", { profile: "openai-4o", "openai-4o": {} }, "gpt-4o"],
    ["llm_anthropic", { apikey: "${ROCKETRIDE_KEY}" }, "claude-sonnet-4-6"],
    ["llm_openai_api", { base_url: "nonsense" }, ""],
    ["llm_gemini", {}, "models/gemini-3.1-pro-preview"],
    ["llm_bedrock", { profile: "any", any: { region: "eu" } }, ""],
    ["llm_mock", { replies: [{ reply: "Not this" }] }, ""],
  ];
  for (const [provider, config, model] of providers) {
    const { answers } = await asked(llm, chatWith(provider, config));
    assertEquals(answers, ["You ask: Why?"]);
    assertEquals(contexts.pop(), {
      id: "model",
      provider,
      model,
      prompt: "Why?",
      attempt: 1,
    });
  }
});

Deno.test("a script answers instead of every model", async () => {
  const llm = [
    { match: "Why", reply: "Because." },
    { reply: { a: 1 } },
  ];
  const pipeline = chatWith("llm_openai");
  assertEquals((await asked(llm, pipeline)).answers, ["Because."]);
  const json = createQuestion({
    questions: [{ text: "How?" }],
    expectJson: true,
  });
  assertEquals((await asked(llm, pipeline, json)).answers, [{ a: 1 }]);
});

Deno.test("what a function returns is taken as JSON, or as its text", async () => {
  const pipeline = chatWith("llm_ollama");
  const question = createQuestion({ questions: [{ text: "q" }] });
  const json = { ...question, expectJson: true };
  const value = { rows: [1] };
  assertEquals((await asked(() => value, pipeline, json)).answers, [value]);
  assertEquals((await asked(() => value, pipeline, question)).answers, [
    '{"rows":[1]}',
  ]);
  const attempts: number[] = [];
  const patient: LlmFunction = (_question, { attempt }) => {
    attempts.push(attempt);
    return Promise.resolve(attempt < 3 ? "no" : "[2]");
  };
  assertEquals((await asked(patient, pipeline, json)).answers, [[2]]);
  assertEquals(attempts, [1, 2, 3]);
});

Deno.test("a function that fails, or returns nothing, fails the question", async () => {
  const pipeline = chatWith("llm_openai");
  await assertRejects(
    () =>
      asked(() => {
        throw new Error("Out of ideas");
      }, pipeline),
    Error,
    "Out of ideas",
  );
  await assertRejects(
    () => asked(() => undefined, pipeline),
    Error,
    "The function 'llm' returned nothing",
  );
});

Deno.test("a malformed script is refused when the engine is made", () => {
  assertThrows(
    () => createEngine({ llm: [{ match: "x" }] }),
    ValidationException,
    "Option 'llm': 'replies[0]' must have either 'reply' or 'error'",
  );
});

Deno.test("a way to embed that there is not is refused when the engine is made", () => {
  const embedding = "letters" as "words";
  assertThrows(
    () => createEngine({ embedding }),
    TypeError,
    'Cannot use embedding of "letters": must be "words" or a function',
  );
});

Deno.test("keys are missed only where models are asked", async () => {
  const issuesOf = async (
    config: object,
    options: EngineOptions = {},
  ): Promise<string[]> => {
    const pipeline = chatWith("llm_openai", config);
    let found: string[] = [];
    await withEngine([], async ({ client }) => {
      const body = await client.ok("rrext_validate", { pipeline });
      const [fault] = body.errors;
      // What validate calls an error is what keeps the task from starting.
      if (fault) {
        const refusal = await client.fails("execute", { pipeline });
        assertEquals(refusal, fault.message);
      } else await client.ok("execute", { pipeline });
      found = [...body.errors, ...body.warnings]
        .map(({ message }: Body) => message);
    }, options);
    return found;
  };
  const replaced = { llm: () => "x" };
  const open = { apikey: "${ROCKETRIDE_KEY}" };
  assertEquals(await issuesOf(open), [
    "Component model: 'apikey' uses ${ROCKETRIDE_KEY}, which has no value",
    "Component model uses ${ROCKETRIDE_KEY}, which has no value",
  ]);
  assertEquals(await issuesOf(open, replaced), []);
  assertEquals(await issuesOf({}), ["Component model: 'apikey' is required"]);
  assertEquals(await issuesOf({}, replaced), []);
});

Deno.test("a profile that there is not fails the start all the same", async () => {
  const pipeline = chatWith("llm_openai", { profile: "gpt-99", "gpt-99": {} });
  await withEngine([], async ({ client }) => {
    assertEquals(
      await client.fails("execute", { pipeline }),
      "Profile gpt-99 is not defined in llm_openai",
    );
  }, { llm: () => "x" });
});
