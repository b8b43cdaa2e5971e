import type { Doc } from "../../../../schema/doc.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import type {
  NodeDefinition,
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { Collection, MemoryBudget } from "./collection.ts";
import { search } from "./search.ts";
import { snippetsOf } from "./snippets.ts";
import { matchesIn, TextIndex, type TextQuery } from "./text_index.ts";
import { textOf } from "../../text_of.ts";

const PROVIDERS = [
  "qdrant",
  "chroma",
  "milvus",
  "pinecone",
  "weaviate",
  "astra_db",
  "mongodb+srv",
  "postgres",
  "elasticsearch",
  "opensearch",
];

/** Those that can be full-text indexes, and how their `mode` says so. */
const INDEXES: ReadonlySet<string> = new Set(["elasticsearch", "opensearch"]);
const INDEX_MODES: ReadonlySet<string> = new Set(["index", "false", ""]);

const OPERATORS: readonly TextQuery["operator"][] = ["or", "and", "exact"];
const SNIPPET_SIZE = 250;
const DEFAULT_SCORE = 0.5;

/** What tasks share; by provider and name. */
interface SharedStores {
  readonly collections: Map<string, Collection>;
  readonly indexes: Map<string, TextIndex>;
  readonly budget: MemoryBudget;
}

/**
 * Vector stores under the names of RocketRide's, all of them in memory.
 *
 * What one task puts into a collection, every task of the engine finds in the
 * collection of that name, until the engine is closed. All of them together
 * take 512 MiB at most; what exceeds that fails the write. `elasticsearch` and
 * `opensearch` in the mode `index` keep texts instead, and find those with the
 * same words.
 *
 * @returns The `start` function of each provider.
 */
export function storeStarters(): Readonly<
  Record<string, NodeDefinition["start"]>
> {
  const shared: SharedStores = {
    collections: new Map(),
    indexes: new Map(),
    budget: new MemoryBudget(),
  };
  const starters = PROVIDERS.map((provider) => {
    const start = (context: TaskContext): NodeTask =>
      INDEXES.has(provider) && INDEX_MODES.has(modeOf(context))
        ? textIndex(provider, context, shared)
        : vectorStore(provider, context, shared);
    return [provider, start] as const;
  });
  return Object.fromEntries(starters);
}

function modeOf({ config }: TaskContext): string {
  return textOf(config.mode ?? "vectors").trim().toLowerCase();
}

function vectorStore(
  provider: string,
  context: TaskContext,
  { collections, budget }: SharedStores,
): NodeTask {
  const read = configReader(context);
  const least = read.number("score", DEFAULT_SCORE, {
    min: 0,
    max: 1,
    fraction: true,
  });
  const similarity = read.text("similarity", "cosine");
  if (similarity !== "cosine") {
    context.warn(`Vectors are compared by cosine here, not by ${similarity}`);
  }
  const key = keyOf(provider, read);
  const emit = provider === "opensearch" ? emitOneByOne : emitTogether;
  const collection = (): Collection =>
    getOrMake(collections, key, () => new Collection(budget));
  return { instance: (pipe) => storeInstance(pipe, collection(), least, emit) };
}

/** Stores texts, and answers questions with those that match, or snippets. */
function textIndex(
  provider: string,
  context: TaskContext,
  { indexes, budget }: SharedStores,
): NodeTask {
  const read = configReader(context);
  const operator = read.choice("matchOperator", OPERATORS);
  const slop = read.number("slop", 0, { min: 0 });
  const size = read.flag("highlight", false)
    ? read.number("fragment_size", SNIPPET_SIZE, { min: 0 }) || SNIPPET_SIZE
    : undefined;
  const key = keyOf(provider, read);
  const index = (): TextIndex =>
    getOrMake(indexes, key, () => new TextIndex(budget));
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

function getOrMake<T>(shelf: Map<string, T>, key: string, make: () => T): T {
  const found = shelf.get(key) ?? make();
  shelf.set(key, found);
  return found;
}

/** Stores documents, and answers questions with those that match. */
function storeInstance(
  pipe: PipeContext,
  collection: Collection,
  least: number,
  emit: typeof emitTogether,
): NodeInstance {
  return {
    on: {
      documents: (documents) => collection.add(documents),
      questions: async (question) => {
        if (question.filter?.name) {
          pipe.warn("The filter 'name' is not looked at: documents have none");
        }
        const found = search(collection, question, least);
        await emit(pipe, merged(question.documents, found), question);
        return "consume";
      },
    },
  };
}

/** Emit documents as they are, as one JSON answer, and in the question. */
async function emitTogether(
  pipe: PipeContext,
  documents: readonly Doc[],
  question: Question,
): Promise<void> {
  if (pipe.listens("documents")) await pipe.emit("documents", documents);
  if (pipe.listens("answers")) {
    const answer = JSON.stringify(documents);
    await pipe.emit("answers", { answer, expectJson: false });
  }
  if (pipe.listens("questions")) {
    await pipe.emit("questions", withDocuments(question, documents));
  }
}

/** Emit the text of each document as an answer and as text, then all. */
async function emitOneByOne(
  pipe: PipeContext,
  documents: readonly Doc[],
): Promise<void> {
  for (const { page_content } of documents) {
    const answer = page_content ?? "";
    if (pipe.listens("answers")) {
      await pipe.emit("answers", { answer, expectJson: false });
    }
    if (pipe.listens("text")) await pipe.emit("text", answer);
  }
  if (documents.length > 0 && pipe.listens("documents")) {
    await pipe.emit("documents", documents);
  }
}

/** What the question already had, and what was found: the best first. */
function merged(
  given: readonly Doc[],
  found: readonly Doc[],
): readonly Doc[] {
  const isFound = ({ metadata }: Doc): boolean =>
    found.some((doc) =>
      doc.metadata?.objectId === metadata?.objectId &&
      doc.metadata?.chunkId === metadata?.chunkId
    );
  return [...given.filter((doc) => !isFound(doc)), ...found]
    .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

/** The question with documents; a further store searches only these. */
function withDocuments(
  question: Question,
  documents: readonly Doc[],
): Question {
  if (documents.length === 0) return question;
  const objectIds = new Set(question.filter?.objectIds ?? []);
  for (const { metadata } of documents) {
    if (metadata) objectIds.add(metadata.objectId);
  }
  return completeQuestion({
    ...question,
    documents,
    filter: { ...question.filter, objectIds: [...objectIds] },
  });
}
