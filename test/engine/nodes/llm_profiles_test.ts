import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition } from "../../../lib/engine/node.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { chat, close, connect, getTaskStatus, use } from "../../../mod.ts";
import { graph } from "../../support/one_object.ts";
import { completion, withModelServer } from "../../support/model_server.ts";
import { builtin, startNode } from "./harness.ts";

/** A key that each provider takes. */
const KEYS: Readonly<Record<string, string>> = {
  llm_anthropic: "sk-ant-1",
  llm_mistral: "m",
  llm_xai: "xai-1",
};

const DEFAULTS: Readonly<Record<string, string>> = {
  llm_openai_api: "custom",
  llm_openai: "openai-5-2",
  llm_ollama: "llama3_3",
  llm_deepseek: "cloud-reasoner",
  llm_mistral: "mistral-large",
  llm_xai: "grok-3",
  llm_perplexity: "sonar",
  llm_qwen: "qwen-flash",
  llm_gmi_cloud: "deepseek-v3",
  llm_anthropic: "claude-sonnet-4-6",
  llm_gemini: "gemini-3_1-pro-preview",
};

function llmNodes(): readonly NodeDefinition[] {
  return builtinNodes()
    .filter(({ provider }) => Object.hasOwn(DEFAULTS, provider));
}

function profilesOf({ preconfig }: NodeDefinition): Record<string, JsonObject> {
  return { ...preconfig?.profiles };
}

Deno.test("every provider has the default profile of RocketRide's", () => {
  assertEquals(
    Object.fromEntries(
      llmNodes().map((
        { provider, preconfig },
      ) => [provider, preconfig?.default]),
    ),
    DEFAULTS,
  );
  for (const { preconfig } of builtinNodes()) {
    if (preconfig) assert(Object.hasOwn(preconfig.profiles, preconfig.default));
  }
});

Deno.test("every profile starts, and tells lengths that make sense", async () => {
  let count = 0;
  for (const node of llmNodes()) {
    const apikey = KEYS[node.provider] ?? "sk-1";
    for (const [profile, preset] of Object.entries(profilesOf(node))) {
      const serverbase = preset.serverbase || "https://models.example/v1";
      const model = preset.model || "some/model-1";
      const own = { apikey, serverbase, model };
      const bench = await startNode(node, { profile, [profile]: own });
      const pipe = bench.open();
      const length = (op: string): Promise<unknown> =>
        pipe.invoke({ op, args: {} });
      const holds = Number(await length("getContextLength"));
      const replies = Number(await length("getOutputLength"));
      assert(holds >= 8_000 && replies >= 1_024 && replies <= holds, profile);
      assertEquals(preset.model === "", profile === "custom", profile);
      assertEquals(
        typeof preset.migration,
        preset.deprecated ? "string" : "undefined",
      );
      count += 1;
    }
  }
  assert(count > 200);
});

Deno.test("every provider takes a custom model", () => {
  for (const node of llmNodes()) {
    assertEquals(profilesOf(node).custom?.model, "", node.provider);
  }
});

Deno.test("presets have the values of RocketRide's definitions", () => {
  const { "gemini-3-pro": gemini } = profilesOf(builtin("llm_gmi_cloud"));
  assertEquals(gemini?.model, "google/gemini-3.1-pro-preview");
  const { "grok-4-20": grok } = profilesOf(builtin("llm_xai"));
  assertEquals([grok?.modelTotalTokens, grok?.modelOutputTokens], [
    2000000,
    4096,
  ]);
});

Deno.test("a profile that is not known runs with its own model, and a warning", async () => {
  await withModelServer(
    () => completion("Eight."),
    async ({ fetch, calls }) => {
      const engine = createEngine({ fetch });
      const session = await connect({ transport: engine.transport(), env: {} });
      const pipeline = graph(
        ["in=chat"],
        ["llm=llm_ollama", "questions<in"],
        ["out=response_answers", "answers<llm"],
      );
      const config = { profile: "next", next: { model: "next:1b" } };
      const components = pipeline.components.map((component) =>
        component.id === "llm" ? { ...component, config } : component
      );
      const task = await use(session, {
        pipeline: { ...pipeline, components },
      });
      const { answers } = await chat(session, task, "How many legs?");
      assertEquals(answers, ["Eight."]);
      assertEquals(calls[0]?.url, "http://localhost:11434/v1/chat/completions");
      assertEquals(calls[0]?.body.model, "next:1b");
      const { warnings } = await getTaskStatus(session, task);
      const text = "Profile next is not defined in llm_ollama";
      assert(warnings.some((warning) => warning.includes(text)));
      await close(session);
      await engine.close();
    },
  );
});
