import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { httpModel } from "./http_model.ts";
import { llmInstance } from "./llm_instance.ts";
import type { LlmOverride } from "./llm_override.ts";
import type { LlmProvider } from "./llm_provider.ts";
import { llmProviders } from "./llm_providers.ts";
import { llmLimits, llmSettings } from "./llm_settings.ts";
import type { Model } from "./model.ts";

const LANES = { questions: ["answers"] };

const FIELDS: readonly NodeField[] = [
  {
    name: "model",
    type: "string",
    description: "The model's name.",
  },
  {
    name: "modelTotalTokens",
    type: "integer",
    description: "How many tokens prompt and reply may have together.",
    default: 16384,
    optional: true,
  },
  {
    name: "modelOutputTokens",
    type: "integer",
    description: "How many tokens a reply may have, 1024 or more.",
    default: 4096,
    optional: true,
  },
];

/**
 * The nodes that ask models over HTTP, such as `llm_openai`.
 *
 * Each answers the questions of its lane, and those of agents and other
 * nodes that it is the `llm` of. A question becomes one text, which is sent
 * as one message of the user. Failures that pass are tried again; JSON that
 * was expected and did not come is asked for again. Nothing is streamed.
 *
 * @param override What replies instead of the models; then neither key nor
 * address is needed, and nothing is sent.
 * @returns Their definitions.
 */
export function llmNodes(override?: LlmOverride): readonly NodeDefinition[] {
  const nodes = llmProviders().map((row) => llmNode(row, override));
  return override ? [...nodes, bedrockNode(override)] : nodes;
}

/**
 * The provider whose API is out of reach here; what replaces the models can
 * answer for it, too. Its profiles are not known, so any will do.
 */
function bedrockNode(override: LlmOverride): NodeDefinition {
  const provider = "llm_bedrock";
  return defineNode({
    provider,
    title: "Bedrock",
    description: "Answers questions with what the engine has for models.",
    classType: ["llm"],
    lanes: LANES,
    capabilities: ["INVOKE"],
    start: (context: TaskContext) => {
      const model = replaced(provider, override, context);
      return { instance: (pipe) => llmInstance(pipe, model) };
    },
  });
}

function llmNode(
  row: LlmProvider,
  override: LlmOverride | undefined,
): NodeDefinition {
  const { provider, title, defaultProfile, profiles } = row;
  const api = provider === "llm_openai_api" ? "any API like OpenAI's" : title;
  return defineNode({
    provider,
    title: provider === "llm_openai_api" ? "OpenAI-compatible API" : title,
    description: `Answers questions with a model of ${api}.`,
    classType: ["llm"],
    lanes: LANES,
    capabilities: ["INVOKE"],
    preconfig: { default: defaultProfile, profiles },
    fields: [...FIELDS, ...(row.fields ?? []), {
      name: "apikey",
      type: "string",
      description: "The key of the API.",
      secure: true,
      ...(row.keyless && { optional: true }),
    }],
    start: (context: TaskContext) => {
      const model = override
        ? replaced(provider, override, context)
        : asked(row, context);
      return { instance: (pipe) => llmInstance(pipe, model) };
    },
  });
}

function asked(row: LlmProvider, context: TaskContext): Model {
  const settings = llmSettings(row, configReader(context));
  return httpModel(settings, row.dialect, context);
}

function replaced(
  provider: string,
  override: LlmOverride,
  context: TaskContext,
): Model {
  const read = configReader(context);
  const { id } = context;
  const model = read.text("model", "");
  return { ...llmLimits(read), reply: override({ id, provider, model }) };
}
