import { ExecutionException } from "../../../errors.ts";
import type { Awaitable } from "../../node.ts";
import type { Embedder } from "./embedder.ts";
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

/** How long the vectors of hashed words are. */
const WORDS_SIZE = 384;

/** Make what embeds in place of a component's model. */
export function embeddingOverride(
  embedding: EmbeddingFunction | "words",
  component: Omit<EmbeddingContext, "signal">,
): Embedder {
  const { model } = component;
  if (embedding === "words") return wordsEmbedder(model, WORDS_SIZE);
  return {
    model,
    async embed(texts, { signal }): Promise<readonly (readonly number[])[]> {
      const vectors: unknown = await embedding(texts, { ...component, signal });
      signal.throwIfAborted();
      if (areVectors(vectors, texts.length)) return vectors;
      throw new ExecutionException(
        "The function 'embedding' did not return a vector for each text",
      );
    },
  };
}

/** Embeds by words, without a model. */
export function wordsEmbedder(model: string, size: number): Embedder {
  return {
    model,
    embed: (texts) =>
      Promise.resolve(texts.map((text) => hashedWords(text, size))),
  };
}

/** Whether a value is so many vectors of one length, of finite numbers. */
export function areVectors(
  value: unknown,
  count: number,
): value is readonly (readonly number[])[] {
  if (!Array.isArray(value) || value.length !== count) return false;
  const [first] = value;
  return value.every((vector) =>
    Array.isArray(vector) && vector.length === first.length &&
    vector.length > 0 && vector.every(Number.isFinite)
  );
}
