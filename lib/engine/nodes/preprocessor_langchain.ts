import type { JsonObject } from "../../../schema/json.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type NodeInstance,
  type PipeContext,
  type TaskContext,
} from "../node.ts";
import { objectDoc } from "./object_doc.ts";
import { PROFILES, type Splitter, splitterFor } from "./_splitter_choice.ts";

const SIZES: JsonObject = { mode: "strlen", strlen: 512, tokens: 512 };

const FIELDS: readonly NodeField[] = [
  {
    name: "mode",
    type: "string",
    description: "Whether chunks are measured in characters or in tokens.",
    default: "strlen",
    enum: ["strlen", "tokens"],
  },
  {
    name: "strlen",
    type: "integer",
    description: "The greatest length of a chunk in characters.",
    default: 512,
  },
  {
    name: "tokens",
    type: "integer",
    description: "The greatest length of a chunk in tokens.",
    default: 512,
  },
  {
    name: "separators",
    type: "string",
    description: "Where to cut, from coarse to fine, as quoted strings.",
    optional: true,
  },
  {
    name: "separator",
    type: "string",
    description: "Where to cut with the profile character, quoted.",
    optional: true,
  },
  {
    name: "bytes_per_token",
    type: "number",
    description: "How many bytes of UTF-8 count as a token.",
    default: 3,
    optional: true,
  },
  {
    name: "max_model_tokens",
    type: "integer",
    description: "What the model takes at most; caps tokens.",
    optional: true,
  },
  {
    name: "token_safety_margin",
    type: "integer",
    description: "How far below max_model_tokens chunks stay.",
    default: 32,
    optional: true,
  },
];

/**
 * The node `preprocessor_langchain`: cuts text and tables into
 * documents.
 *
 * Tables become documents at once, text when the object is complete; all
 * documents of a cut are written together. Chunks are numbered from 0 through
 * the whole object.
 *
 * @returns The definition.
 */
export function preprocessorLangchainNode(): NodeDefinition {
  return defineNode({
    provider: "preprocessor_langchain",
    title: "Text chunker",
    description:
      "Cuts text and tables into documents of limited length. The profiles " +
      "nltk and spacy need sentence models and are refused at start.",
    classType: ["preprocessor"],
    lanes: { text: ["documents"], table: ["documents"] },
    preconfig: {
      default: "default",
      profiles: Object.fromEntries(
        PROFILES.map((splitter) => [splitter, { splitter, ...SIZES }]),
      ),
    },
    fields: FIELDS,
    start: (context: TaskContext) => {
      const split = splitterFor(context.config, context.id);
      return { instance: (pipe) => instance(pipe, split, context.id) };
    },
  });
}

function instance(
  pipe: PipeContext,
  split: Splitter,
  component: string,
): NodeInstance {
  const texts: string[] = [];
  let chunkId = 0;

  async function emit(text: string, isTable: boolean): Promise<void> {
    pipe.signal.throwIfAborted();
    const documents = split(text).map((part) =>
      objectDoc(pipe.object, part, {
        chunkId: chunkId++,
        signature: component,
        isTable,
      })
    );
    if (documents.length > 0) await pipe.emit("documents", documents);
  }

  return {
    on: {
      text: (text) => void texts.push(text, "\n"),
      table: (table) => emit(table, true),
    },
    closing: () => emit(texts.join(""), false),
  };
}
