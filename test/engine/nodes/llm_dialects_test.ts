import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import { createQuestion } from "../../../schema/question.ts";
import {
  anthropicDialect,
  geminiDialect,
  type LlmReply,
  openaiDialect,
} from "../../../lib/engine/nodes/llm/dialects.ts";
import {
  completion,
  type ModelAnswer,
  type ModelCall,
  withModelServer,
} from "../../support/model_server.ts";
import { builtin, startNode } from "./harness.ts";

const MESSAGE: JsonObject = {
  type: "message",
  role: "assistant",
  content: [{ type: "text", text: "Eight." }],
  stop_reason: "end_turn",
};

const CONTENT: JsonObject = {
  candidates: [{
    content: { role: "model", parts: [{ text: "Eight." }] },
    finishReason: "STOP",
  }],
};

/** Ask a node over real HTTP; tells what was sent and what came of it. */
async function asked(
  provider: string,
  config: JsonObject,
  answer: ModelAnswer,
): Promise<{ call: ModelCall; answer: unknown; warnings: readonly string[] }> {
  const found: { call?: ModelCall; answer?: unknown } = {};
  const warnings: string[] = [];
  await withModelServer(() => answer, async ({ calls, fetch }) => {
    const node = builtin(provider);
    const bench = await startNode(node, config, { fetch });
    const pipe = bench.open();
    await pipe.send(
      "questions",
      createQuestion({ questions: [{ text: "How many legs?" }] }),
    );
    found.call = calls[0]!;
    found.answer = pipe.on("answers")[0];
    warnings.push(...bench.record.warnings, ...pipe.warnings);
  });
  return { call: found.call!, answer: found.answer, warnings };
}

const USER = [{ role: "user", content: "How many legs?" }];

Deno.test("every provider of OpenAI's dialect is asked where it is, as it wants", async () => {
  const cases: [string, JsonObject, string, string | undefined, JsonObject][] =
    [
      [
        "llm_openai_api",
        { model: "zai-org/GLM-5", base_url: "https://llm.example/v1/" },
        "https://llm.example/v1/chat/completions",
        undefined,
        { model: "zai-org/GLM-5", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_openai_api",
        { profile: "custom", custom: { model: "m", apikey: " key " } },
        "https://api.openai.com/v1/chat/completions",
        "Bearer key",
        { model: "m", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_openai",
        { profile: "openai-4o", "openai-4o": { apikey: "sk-1" } },
        "https://api.openai.com/v1/chat/completions",
        "Bearer sk-1",
        { model: "gpt-4o", temperature: 0, max_tokens: 16384 },
      ],
      [
        "llm_openai",
        { apikey: "sk-1" },
        "https://api.openai.com/v1/chat/completions",
        "Bearer sk-1",
        { model: "gpt-5.2", max_completion_tokens: 128000 },
      ],
      [
        "llm_openai",
        { profile: "o4-mini", "o4-mini": { apikey: "sk-1" } },
        "https://api.openai.com/v1/chat/completions",
        "Bearer sk-1",
        { model: "o4-mini", max_completion_tokens: 100000 },
      ],
      [
        "llm_ollama",
        {},
        "http://localhost:11434/v1/chat/completions",
        undefined,
        { model: "llama3.3:latest", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_ollama",
        {
          profile: "custom",
          custom: {
            model: "tiny",
            serverbase: "http://gpu:1/",
            modelTotalTokens: 2048,
          },
        },
        "http://gpu:1/v1/chat/completions",
        undefined,
        { model: "tiny", temperature: 0, max_tokens: 2048 },
      ],
      [
        "llm_deepseek",
        { apikey: "sk-d" },
        "https://api.deepseek.com/v1/chat/completions",
        "Bearer sk-d",
        { model: "deepseek-reasoner", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_deepseek",
        { profile: "deepseek-r1-7b" },
        "http://localhost:11434/v1/chat/completions",
        undefined,
        { model: "deepseek-r1:7b", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_mistral",
        { apikey: "m" },
        "https://api.mistral.ai/v1/chat/completions",
        "Bearer m",
        { model: "mistral-large-2512", temperature: 0, max_tokens: 262144 },
      ],
      [
        "llm_xai",
        { apikey: "xai-1" },
        "https://api.x.ai/v1/chat/completions",
        "Bearer xai-1",
        { model: "grok-3", temperature: 0, max_tokens: 131072 },
      ],
      [
        "llm_perplexity",
        { apikey: "pplx" },
        "https://api.perplexity.ai/chat/completions",
        "Bearer pplx",
        { model: "sonar", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_qwen",
        { apikey: "sk-q" },
        "https://dashscope-us.aliyuncs.com/compatible-mode/v1/chat/completions",
        "Bearer sk-q",
        { model: "qwen-flash", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_qwen",
        { profile: "qwen-max", "qwen-max": { apikey: "sk-q", region: "cn" } },
        "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
        "Bearer sk-q",
        { model: "qwen-max", temperature: 0, max_tokens: 8192 },
      ],
      [
        "llm_qwen",
        { apikey: "sk-q", base_url: "https://qwen.example/v1" },
        "https://qwen.example/v1/chat/completions",
        "Bearer sk-q",
        { model: "qwen-flash", temperature: 0, max_tokens: 4096 },
      ],
      [
        "llm_gmi_cloud",
        { profile: "gpt-5", "gpt-5": { apikey: "g" } },
        "https://api.gmi-serving.com/v1/chat/completions",
        "Bearer g",
        { model: "openai/gpt-5", max_completion_tokens: 4096 },
      ],
    ];
  for (const [provider, config, url, authorization, body] of cases) {
    const { call, answer, warnings } = await asked(
      provider,
      config,
      completion("Eight."),
    );
    assertEquals(call.url, url);
    assertEquals(call.headers.authorization, authorization);
    assertEquals(call.headers["content-type"], "application/json");
    assertEquals(call.body, { ...body, messages: USER });
    assertEquals(answer, { answer: "Eight.", expectJson: false });
    assertEquals(warnings, []);
  }
});

Deno.test("llm_anthropic speaks the dialect of messages", async () => {
  const { call, answer } = await asked(
    "llm_anthropic",
    { apikey: "sk-ant-1" },
    MESSAGE,
  );
  assertEquals(call.url, "https://api.anthropic.com/v1/messages");
  assertEquals(call.headers["x-api-key"], "sk-ant-1");
  assertEquals(call.headers["anthropic-version"], "2023-06-01");
  assertEquals(call.headers.authorization, undefined);
  assertEquals(call.body, {
    model: "claude-sonnet-4-6",
    messages: USER,
    max_tokens: 128000,
    temperature: 0,
  });
  assertEquals(answer, { answer: "Eight.", expectJson: false });
});

Deno.test("only the reasoning families of OpenAI get another limit", () => {
  const limit = (model: string): string | undefined =>
    Object.keys(
      openaiDialect.request("p", {
        api: "OpenAI",
        base: "https://a.example",
        key: "",
        model,
        contextTokens: 8_000,
        outputTokens: 2_000,
      }).body,
    ).find((name) => name.startsWith("max_"));
  for (const model of ["gpt-5", "gpt-6.1-sol", "o1", "o3-mini", "openai/o4"]) {
    assertEquals([model, limit(model)], [model, "max_completion_tokens"]);
  }
  for (const model of ["gpt-4o", "o1ama", "o2", "meta/foo-o1", "my-gpt-5"]) {
    assertEquals([model, limit(model)], [model, "max_tokens"]);
  }
});

Deno.test("only models of Anthropic that take a temperature are given one", () => {
  const given = (model: string): boolean =>
    "temperature" in anthropicDialect.request("p", {
      api: "Anthropic",
      base: "https://a.example",
      key: "k",
      model,
      contextTokens: 8_000,
      outputTokens: 2_000,
    }).body;
  for (
    const model of [
      "claude-3-haiku",
      "claude-3-5-sonnet-20241022",
      "claude-sonnet-4",
      "claude-sonnet-4-20250514",
      "claude-opus-4-1-20250805",
      "claude-haiku-4-5",
      "claude-opus-4-6",
    ]
  ) assertEquals([model, given(model)], [model, true]);
  for (
    const model of [
      "claude-opus-4-7",
      "claude-opus-4-8-fast",
      "claude-opus-5",
      "claude-sonnet-5-5",
      "claude-fable-5",
      "claude-opus-latest",
    ]
  ) assertEquals([model, given(model)], [model, false]);
});

Deno.test("llm_gemini generates content, with the key in a header", async () => {
  const { call, answer } = await asked(
    "llm_gemini",
    { apikey: "AIza" },
    CONTENT,
  );
  assertEquals(
    call.url,
    "https://generativelanguage.googleapis.com/v1beta/models/" +
      "gemini-3.1-pro-preview:generateContent",
  );
  assertEquals(call.headers["x-goog-api-key"], "AIza");
  assertEquals(call.body, {
    contents: [{ role: "user", parts: [{ text: "How many legs?" }] }],
    generationConfig: { temperature: 0, maxOutputTokens: 65536 },
  });
  assertEquals(answer, { answer: "Eight.", expectJson: false });
});

Deno.test("llm_gemini takes a model with its folder or without", async () => {
  const config = { profile: "custom", custom: { model: "gemma", apikey: "k" } };
  const { call } = await asked("llm_gemini", config, CONTENT);
  assertEquals(
    new URL(call.url).pathname,
    "/v1beta/models/gemma:generateContent",
  );
});

Deno.test("a reply is read in all the forms that a dialect gives it", () => {
  const said = (text: string, cut = false): LlmReply => ({ text, cut });
  assertEquals(openaiDialect.read(completion("a")), said("a"));
  assertEquals(
    openaiDialect.read(completion([
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ])),
    said("ab"),
  );
  assertEquals(
    openaiDialect.read(completion("a", { finish_reason: "length" })),
    said("a", true),
  );
  assertEquals(
    openaiDialect.read({
      choices: [{ message: { content: null, refusal: "No." } }],
    }),
    said("No."),
  );
  assertEquals(
    anthropicDialect.read({
      content: [
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "a" },
        { type: "tool_use", name: "t" },
        { type: "text", text: "b" },
      ],
      stop_reason: "max_tokens",
    }),
    said("ab", true),
  );
  assertEquals(
    geminiDialect.read({
      candidates: [{
        content: { parts: [{ text: "hm", thought: true }, { text: "a" }] },
        finishReason: "MAX_TOKENS",
      }],
    }),
    said("a", true),
  );
});

Deno.test("what is no reply of a dialect is told", () => {
  for (const body of [null, [], "x", {}, { choices: [] }, { choices: [{}] }]) {
    assertEquals(
      openaiDialect.read(body),
      "The answer is not a chat completion",
    );
  }
  for (const body of [null, {}, { content: "text" }]) {
    assertEquals(anthropicDialect.read(body), "The answer is not a message");
  }
  for (const body of [null, {}, { candidates: [] }]) {
    assertEquals(
      geminiDialect.read(body),
      "The answer is not a generated content",
    );
  }
  assertEquals(
    geminiDialect.read({ promptFeedback: { blockReason: "SAFETY" } }),
    "The prompt is blocked: SAFETY",
  );
  assertEquals(
    geminiDialect.read({ candidates: [{ finishReason: "RECITATION" }] }),
    "The reply is withheld: RECITATION",
  );
});
