import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type {
  Awaitable,
  NodeDefinition,
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { callApi } from "../call_api.ts";
import { configReader } from "../config_reader.ts";
import { hashedWords } from "./hashed_words.ts";

/** What is known of texts that {@linkcode EmbeddingFunction} is given. */
export interface EmbeddingContext {
  /** The id of the embedding's component. */
  readonly id: string;
  /** Its provider, for example `embedding_openai`. */
  readonly provider: string;
  /** The model that the pipeline names. */
  readonly model: string;
  /** Aborts when the pipe is abandoned or the task stops. */
  readonly signal: AbortSignal;
}

/**
 * Makes vectors in place of an embedding model: one for each text, all of one
 * length, of finite numbers.
 */
export type EmbeddingFunction = (
  texts: readonly string[],
  context: EmbeddingContext,
) => Awaitable<readonly (readonly number[])[]>;

/** Vectors, one for each text. */
type Vectors = readonly (readonly number[])[];

/** Makes a vector of each text, all of one length. */
type Embed = (
  texts: readonly string[],
  pipe: PipeContext,
) => Awaitable<Vectors>;

/** What stands in for models, as the option `embedding` says. */
type Override = EmbeddingFunction | "words" | undefined;

/** The vector lengths of Hugging Face's models; 384 for others. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ["sentence-transformers/multi-qa-mpnet-base-cos-v1", 768],
]);
const DEFAULT_SIZE = 384;

const OPENAI_URL = "https://api.openai.com/v1/embeddings";
const TIMEOUT_MS = 60_000;

/** OpenAI takes 2,048 texts and 300,000 tokens, of three bytes or more. */
const LIMIT: BatchLimit = { texts: 512, size: 600_000 };

/** Start `embedding_openai`; needs no key if something else embeds. */
export function openaiStarter(override: Override): NodeDefinition["start"] {
  return (context) => {
    const read = configReader(context);
    const model = read.text("model", "").trim();
    if (model === "") throw read.fault("'model' is empty");
    if (override) {
      const embed = overriding(override, {
        id: context.id,
        provider: "embedding_openai",
        model,
      });
      return embedding(model, embed);
    }
    const key = read.secret("apikey");
    if (key === "") throw read.fault("'apikey' is required");
    return embedding(model, openaiEmbedder(model, key, context));
  };
}

/** Start `embedding_transformer`, whose models are not here. */
export function transformerStarter(
  override: Override,
): NodeDefinition["start"] {
  return (context) => {
    const read = configReader(context);
    const model = read.text("model", "custom");
    const embed = overriding(override ?? "words", {
      id: context.id,
      provider: "embedding_transformer",
      model,
    });
    const most = read.number("truncate_dim", 0, { min: 0 }) || Infinity;
    return embedding(
      model,
      async (texts, pipe) =>
        (await embed(texts, pipe)).map((vector) => vector.slice(0, most)),
      {
        documents: read.text("document_prefix", ""),
        questions: read.text("query_prefix", ""),
      },
    );
  };
}

function overriding(
  override: EmbeddingFunction | "words",
  component: Omit<EmbeddingContext, "signal">,
): Embed {
  if (override === "words") {
    const size = SIZES.get(component.model) ?? DEFAULT_SIZE;
    return (texts) => texts.map((text) => hashedWords(text, size));
  }
  return async (texts, { signal }) => {
    const vectors: unknown = await override(texts, { ...component, signal });
    signal.throwIfAborted();
    if (areVectors(vectors, texts.length)) return vectors;
    throw new ExecutionException(
      "The function 'embedding' did not return a vector for each text",
    );
  };
}

/** Whether a value is `count` vectors of one length, of finite numbers. */
function areVectors(value: unknown, count: number): value is Vectors {
  if (!Array.isArray(value) || value.length !== count) return false;
  const [first] = value;
  return value.every((vector) =>
    Array.isArray(vector) && vector.length === first.length &&
    vector.length > 0 && vector.every(Number.isFinite)
  );
}

/** Gives documents and the texts of questions their vectors. */
function embedding(
  model: string,
  embed: Embed,
  prefixes = { documents: "", questions: "" },
): NodeTask {
  async function embedded<T extends object>(
    pipe: PipeContext,
    items: readonly T[],
    textOf: (item: T) => string,
  ): Promise<
    (T & { embedding: readonly number[]; embedding_model: string })[]
  > {
    const texts = items.map(textOf);
    const vectors = texts.length === 0 ? [] : await embed(texts, pipe);
    return items.map((item, at) => ({
      ...item,
      embedding: vectors[at] ?? [],
      embedding_model: model,
    }));
  }

  return {
    instance: (pipe): NodeInstance => ({
      on: {
        documents: async (documents) => {
          const filled = await embedded(
            pipe,
            documents,
            ({ page_content }) => prefixes.documents + (page_content ?? ""),
          );
          await pipe.emit("documents", filled);
          // Forwarding by default would pass on those without vectors, too.
          return "consume";
        },
        questions: async (question) => {
          const questions = await embedded(
            pipe,
            question.questions,
            ({ text }) => prefixes.questions + text,
          );
          await pipe.emit("questions", { ...question, questions });
          return "consume";
        },
      },
    }),
  };
}

/** Embeds with a model of OpenAI's. */
function openaiEmbedder(
  model: string,
  key: string,
  { fetch, clock }: Pick<TaskContext, "fetch" | "clock">,
): Embed {
  const encoder = new TextEncoder();
  const sizeOf = (text: string): number => encoder.encode(text).length;
  return async (texts, { signal, warn }) => {
    const vectors: (readonly number[])[] = [];
    // The API refuses empty texts.
    const filled = texts.map((text) => text === "" ? " " : text);
    for (const input of batches(filled, LIMIT, sizeOf)) {
      const found = await callApi(
        {
          api: "OpenAI",
          url: OPENAI_URL,
          headers: { authorization: `Bearer ${key}` },
          body: { model, input, encoding_format: "float" },
          secret: key,
          timeoutMs: TIMEOUT_MS,
        },
        { fetch, clock, signal, warn },
        (body) => readVectors(body, input.length),
      );
      vectors.push(...found);
    }
    return vectors;
  };
}

/** The limits of one request. */
interface BatchLimit {
  /** The greatest number of texts. */
  readonly texts: number;
  /** The greatest sum of their sizes; a text that is larger goes alone. */
  readonly size: number;
}

/** Put texts into batches that are never empty, in their order. */
export function batches(
  texts: readonly string[],
  limit: BatchLimit,
  sizeOf: (text: string) => number,
): readonly (readonly string[])[] {
  const found: string[][] = [];
  let size = 0;
  for (const text of texts) {
    const more = sizeOf(text);
    const last = found.at(-1);
    if (last && last.length < limit.texts && size + more <= limit.size) {
      last.push(text);
      size += more;
    } else {
      found.push([text]);
      size = more;
    }
  }
  return found;
}

/** Each vector says which text it belongs to. */
function readVectors(body: unknown, count: number): Vectors | string {
  const data = isRecord(body) && Array.isArray(body.data) ? body.data : [];
  const vectors = new Array<unknown>(count).fill(undefined);
  for (const [at, item] of data.entries()) {
    if (!isRecord(item)) continue;
    const { index = at, embedding } = item;
    // Other indexes are ignored: an array as long as they say may not fit.
    if (typeof index === "number" && index in vectors) {
      vectors[index] = embedding;
    }
  }
  if (areVectors(vectors, count)) return vectors;
  return "The answer is not a list of embeddings";
}
