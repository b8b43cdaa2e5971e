import type { Doc } from "../../../../schema/doc.ts";
import { isRecord } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type PipeContext,
  type TaskContext,
} from "../../node.ts";
import { callApi } from "../call_api.ts";
import { configReader } from "../config_reader.ts";

const TIMEOUT_MS = 60_000;

const FIELDS: readonly NodeField[] = [
  { name: "apikey", type: "string", description: "The key.", secure: true },
  {
    name: "model",
    type: "string",
    description: "The model that compares.",
    default: "rerank-v3.5",
    optional: true,
  },
  {
    name: "top_n",
    type: "integer",
    description: "How many documents are kept.",
    default: 5,
    optional: true,
  },
  {
    name: "min_score",
    type: "number",
    description: "How well a document must match, 0 to 1.",
    default: 0,
    optional: true,
  },
];

interface Ranking {
  readonly order: readonly { readonly index: number; readonly score: number }[];
}

type Rank = (
  question: string,
  texts: readonly string[],
  pipe: PipeContext,
) => Promise<Ranking>;

/**
 * The node `rerank_cohere`: puts the documents of a question in
 * the order in which they match it, as a model of Cohere finds.
 *
 * The best ones go on as documents, each with its `score`, and their JSON text
 * as an answer, to whoever listens; the question goes no further. A question
 * without documents asks nothing and gives nothing.
 *
 * @returns The definition.
 */
export function rerankCohereNode(): NodeDefinition {
  return defineNode({
    provider: "rerank_cohere",
    title: "Cohere rerank",
    description: "Orders documents by how well they match the question.",
    classType: ["rerank"],
    lanes: { questions: ["documents", "answers"] },
    preconfig: { default: "default", profiles: { default: {} } },
    fields: FIELDS,
    start: (context) => {
      const read = configReader(context);
      const least = read.number("min_score", 0, {
        min: 0,
        max: 1,
        fraction: true,
      });
      const rank = ranker(context, read.number("top_n", 5, { min: 1 }));
      return {
        instance: (pipe) => ({
          on: {
            questions: async (question) => {
              await emit(pipe, await ranked(pipe, question, rank, least));
              return "consume" as const;
            },
          },
        }),
      };
    },
  });
}

function ranker(context: TaskContext, top: number): Rank {
  const read = configReader(context);
  const secret = read.secret("apikey");
  if (secret === "") throw read.fault("'apikey' is missing");
  const model = read.text("model", "rerank-v3.5");
  return (query, documents, { signal }) =>
    callApi(
      {
        api: "Cohere",
        url: "https://api.cohere.com/v2/rerank",
        headers: { authorization: `Bearer ${secret}` },
        body: {
          model,
          query,
          documents,
          top_n: Math.min(top, documents.length),
        },
        secret,
        timeoutMs: TIMEOUT_MS,
      },
      { ...context, signal },
      (body) => readRanking(body, documents.length) ?? "no ranking in it",
    );
}

function readRanking(body: unknown, count: number): Ranking | undefined {
  const results = isRecord(body) ? body.results : undefined;
  if (!Array.isArray(results)) return undefined;
  const order = results.flatMap((result: unknown) => {
    const { index, relevance_score: score } = isRecord(result) ? result : {};
    const known = typeof index === "number" && Number.isInteger(index) &&
      index >= 0 && index < count && typeof score === "number";
    return known ? [{ index, score }] : [];
  });
  return order.length === results.length ? { order } : undefined;
}

async function ranked(
  pipe: PipeContext,
  { questions, documents }: Question,
  rank: Rank,
  least: number,
): Promise<readonly Doc[]> {
  pipe.signal.throwIfAborted();
  const texts = documents.map(({ page_content }) => page_content ?? "");
  const query = questions.map(({ text }) => text).join("\n");
  if (texts.length === 0 || query.trim() === "") return [];
  const { order } = await rank(query, texts, pipe);
  return order.filter(({ score }) => score >= least)
    .toSorted((a, b) => b.score - a.score)
    .map(({ index, score }) => ({ ...documents[index]!, score }));
}

async function emit(pipe: PipeContext, docs: readonly Doc[]): Promise<void> {
  if (docs.length === 0) return;
  if (pipe.listens("documents")) await pipe.emit("documents", docs);
  if (!pipe.listens("answers")) return;
  const answer = JSON.stringify(docs);
  await pipe.emit("answers", { answer, expectJson: false });
}
