import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition } from "../../../lib/engine/node.ts";
import { embeddingNodes } from "../../../lib/engine/nodes/embedding/embedding_nodes.ts";
import { llmNodes } from "../../../lib/engine/nodes/llm/llm_nodes.ts";
import { profileTable } from "../../../lib/engine/nodes/llm/profiles/profile_table.ts";
import { storeNodes } from "../../../lib/engine/nodes/store/store_nodes.ts";
import { startNode } from "./harness.ts";

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

function profilesOf({ preconfig }: NodeDefinition): Record<string, JsonObject> {
  return { ...preconfig?.profiles };
}

Deno.test("every provider has the default profile of RocketRide's", () => {
  const nodes = llmNodes();
  assertEquals(
    Object.fromEntries(
      nodes.map(({ provider, preconfig }) => [provider, preconfig?.default]),
    ),
    DEFAULTS,
  );
  for (const node of [...nodes, ...embeddingNodes(), ...storeNodes()]) {
    assert(Object.hasOwn(profilesOf(node), node.preconfig?.default ?? ""));
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

Deno.test("a table of profiles is read line by line", () => {
  assertEquals(
    profileTable(
      `
      custom -      100
      big    org/m  9000 2000
      old    m:1    -    10 deprecated
    `,
      { apikey: "" },
    ),
    {
      custom: { model: "", modelTotalTokens: 100, apikey: "" },
      big: {
        model: "org/m",
        modelTotalTokens: 9000,
        modelOutputTokens: 2000,
        apikey: "",
      },
      old: {
        model: "m:1",
        modelOutputTokens: 10,
        apikey: "",
        deprecated: true,
        migration: "choose a profile of a current model",
      },
    },
  );
});
