import { isRecord } from "../../../../schema/json.ts";
import type { TaskContext } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { batches } from "./_batches.ts";
import type { Embedder } from "./embedder.ts";
import { areVectors } from "./embedding_override.ts";

const URL = "https://api.openai.com/v1/embeddings";
const TIMEOUT_MS = 60_000;

/** The API takes 2,048 texts and 300,000 tokens, of three bytes or more. */
const LIMIT = { texts: 512, size: 600_000 };

/** Embeds with a model of OpenAI's. */
export function openaiEmbedder(
  model: string,
  key: string,
  { fetch, clock }: Pick<TaskContext, "fetch" | "clock">,
): Embedder {
  const encoder = new TextEncoder();
  return {
    model,
    async embed(
      texts,
      { signal, warn },
    ): Promise<readonly (readonly number[])[]> {
      const vectors: (readonly number[])[] = [];
      // The API refuses empty texts.
      const filled = texts.map((text) => text === "" ? " " : text);
      const sizeOf = (text: string): number => encoder.encode(text).length;
      for (const input of batches(filled, LIMIT, sizeOf)) {
        const found = await callApi(
          {
            api: "OpenAI",
            url: URL,
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
    },
  };
}

/** Each vector says which text it belongs to. */
function readVectors(
  body: unknown,
  count: number,
): readonly (readonly number[])[] | string {
  const data = isRecord(body) && Array.isArray(body.data) ? body.data : [];
  const vectors = new Array<unknown>(count).fill(undefined);
  for (const [at, item] of data.entries()) {
    if (!isRecord(item)) continue;
    const { index = at, embedding } = item;
    // Whatever else it says is the place of no text.
    if (typeof index === "number" && index in vectors) {
      vectors[index] = embedding;
    }
  }
  if (areVectors(vectors, count)) return vectors;
  return "The answer is not a list of embeddings";
}
