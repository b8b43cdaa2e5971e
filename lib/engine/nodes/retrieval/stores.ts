import type { NodeDefinition, NodeTask, TaskContext } from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { Collection } from "./collection.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { snippetsOf } from "./snippets.ts";
import { matchesIn, TextIndex, type TextQuery } from "./text_index.ts";
import { emitOneByOne, storeInstance } from "./vector_store.ts";

const OPERATORS: readonly TextQuery["operator"][] = ["or", "and", "exact"];
const SNIPPET_SIZE = 250;
const DEFAULT_SCORE = 0.5;

/** What tasks share, by provider and name. */
interface Shelves {
  readonly collections: Map<string, Collection>;
  readonly indexes: Map<string, TextIndex>;
  readonly budget: MemoryBudget;
}

/** The `start` functions of stores. */
export interface StoreStarters {
  /** A vector store. */
  readonly vectors: (provider: string) => NodeDefinition["start"];
  /** A vector store, or a full-text index where `mode` asks for that. */
  readonly vectorsOrTexts: (provider: string) => NodeDefinition["start"];
}

/**
 * Vector stores under the names of RocketRide's, all of them in memory.
 *
 * What one task puts into a collection, every task of the engine finds in the
 * collection of that name, until the engine is closed. All of them together
 * take 512 MiB at most; what exceeds that fails the write. `elasticsearch` and
 * `opensearch` in the mode `index` keep texts instead, and find those with the
 * same words.
 */
export function storeStarters(): StoreStarters {
  const shelves: Shelves = {
    collections: new Map(),
    indexes: new Map(),
    budget: new MemoryBudget(),
  };
  const vectors = (provider: string) => (context: TaskContext): NodeTask =>
    vectorStore(provider, context, shelves);
  return {
    vectors,
    vectorsOrTexts: (provider) => (context) =>
      // A switch in forms: off means index.
      ["index", "false", ""].includes(
          String(context.config.mode ?? "vectors").trim().toLowerCase(),
        )
        ? textIndex(provider, context, shelves)
        : vectorStore(provider, context, shelves),
  };
}

function vectorStore(
  provider: string,
  context: TaskContext,
  { collections, budget }: Shelves,
): NodeTask {
  const read = configReader(context);
  const least = read.number("score", DEFAULT_SCORE, {
    min: 0,
    max: 1,
    fraction: true,
  });
  const { similarity = "cosine" } = context.config;
  if (similarity !== "cosine") {
    context.warn(`Vectors are compared by cosine here, not by ${similarity}`);
  }
  const key = keyOf(provider, read);
  const emit = provider === "opensearch" ? emitOneByOne : undefined;
  const collection = (): Collection =>
    shelved(collections, key, () => new Collection(budget));
  return { instance: (pipe) => storeInstance(pipe, collection(), least, emit) };
}

/**
 * Keeps texts, and answers the first text of a question with those that match,
 * or with snippets of them.
 */
function textIndex(
  provider: string,
  context: TaskContext,
  { indexes, budget }: Shelves,
): NodeTask {
  const read = configReader(context);
  const operator = read.choice("matchOperator", OPERATORS);
  const slop = read.number("slop", 0, { min: 0 });
  const size = read.flag("highlight", false)
    ? read.number("fragment_size", SNIPPET_SIZE, { min: 0 }) || SNIPPET_SIZE
    : undefined;
  const key = keyOf(provider, read);
  const index = (): TextIndex =>
    shelved(indexes, key, () => new TextIndex(budget));
  return {
    instance: (pipe) => ({
      on: {
        text: (text) => {
          if (text.trim() !== "") index().add(text);
        },
        questions: async ({ questions }) => {
          const query = { text: questions[0]?.text ?? "", operator, slop };
          const documents = index().search(query).flatMap((hit) => {
            const texts = size === undefined
              ? [hit.text]
              : snippetsOf(hit.text, matchesIn(hit.text, query), size);
            return texts.map((page_content) => ({
              type: "Document",
              page_content,
              score: hit.score,
              metadata: { objectId: hit.id, chunkId: 0 },
            }));
          });
          await emitOneByOne(pipe, documents);
          return "consume";
        },
      },
    }),
  };
}

function keyOf(provider: string, read: ConfigReader): string {
  const name = read.text("collection", read.text("index", "ROCKETRIDE"));
  return JSON.stringify([provider, name]);
}

function shelved<T>(shelf: Map<string, T>, key: string, make: () => T): T {
  const found = shelf.get(key) ?? make();
  shelf.set(key, found);
  return found;
}
