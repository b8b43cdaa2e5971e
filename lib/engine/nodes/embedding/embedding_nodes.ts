import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { openaiEmbedder } from "./_openai_embedder.ts";
import type { Embedder } from "./embedder.ts";
import { embeddingInstance } from "./embedding_instance.ts";
import {
  type EmbeddingFunction,
  embeddingOverride,
  wordsEmbedder,
} from "./embedding_override.ts";

const LANES = { documents: ["documents"], questions: ["questions"] };

const MODEL: NodeField = {
  name: "model",
  type: "string",
  description: "The model's name.",
};

const OPENAI_MODELS = [
  "text-embedding-3-small",
  "text-embedding-3-large",
  "text-embedding-ada-002",
];

/** The models of Hugging Face, and how long their vectors are. */
const TRANSFORMERS: readonly (readonly [string, string, number])[] = [
  ["miniLM", "sentence-transformers/multi-qa-MiniLM-L6-cos-v1", 384],
  ["miniAll", "sentence-transformers/all-MiniLM-L6-v2", 384],
  ["mpnet", "sentence-transformers/multi-qa-mpnet-base-cos-v1", 768],
];

/**
 * The nodes that make vectors of texts: `embedding_openai` asks
 * OpenAI; `embedding_transformer`, whose models are not here, compares words.
 *
 * @param embedding What embeds instead of the models; then no key is needed,
 * and nothing is sent.
 * @returns Their definitions.
 */
export function embeddingNodes(
  embedding?: EmbeddingFunction | "words",
): readonly NodeDefinition[] {
  return [openaiNode(embedding), transformerNode(embedding)];
}

function openaiNode(
  embedding: EmbeddingFunction | "words" | undefined,
): NodeDefinition {
  const provider = "embedding_openai";
  return defineNode({
    provider,
    title: "OpenAI embedding",
    description: "Gives documents and questions vectors, with OpenAI's models.",
    classType: ["embedding"],
    lanes: LANES,
    preconfig: {
      default: "text-embedding-3-small",
      profiles: Object.fromEntries(
        OPENAI_MODELS.map((model) => [model, { model, apikey: "" }]),
      ),
    },
    fields: [MODEL, {
      name: "apikey",
      type: "string",
      description: "The key of the API.",
      secure: true,
    }],
    start: (context: TaskContext) => {
      const read = configReader(context);
      const model = read.text("model", "").trim();
      if (model === "") throw read.fault("'model' is empty");
      const { id } = context;
      if (embedding) {
        return withEmbedder(
          embeddingOverride(embedding, { id, provider, model }),
        );
      }
      const key = read.secret("apikey");
      if (key === "") throw read.fault("'apikey' is required");
      return withEmbedder(openaiEmbedder(model, key, context));
    },
  });
}

function transformerNode(
  embedding: EmbeddingFunction | "words" | undefined,
): NodeDefinition {
  const provider = "embedding_transformer";
  const sizes = new Map(TRANSFORMERS.map(([, model, size]) => [model, size]));
  return defineNode({
    provider,
    title: "Transformer embedding",
    description: "Gives documents and questions vectors, on this machine.",
    classType: ["embedding"],
    lanes: LANES,
    preconfig: {
      default: "miniLM",
      profiles: {
        ...Object.fromEntries(
          TRANSFORMERS.map(([profile, model]) => [profile, { model }]),
        ),
        custom: {},
      },
    },
    fields: [{ ...MODEL, optional: true }],
    ...(typeof embedding !== "function" && {
      limitation:
        "The embedded engine has no such models: texts are compared " +
        "by the words that they share.",
    }),
    start: (context: TaskContext) => {
      const { id } = context;
      const model = configReader(context).text("model", "custom");
      return withEmbedder(
        typeof embedding === "function"
          ? embeddingOverride(embedding, { id, provider, model })
          : wordsEmbedder(model, sizes.get(model) ?? 384),
      );
    },
  });
}

function withEmbedder(embedder: Embedder): ReturnType<NodeDefinition["start"]> {
  return { instance: (pipe) => embeddingInstance(pipe, embedder) };
}
