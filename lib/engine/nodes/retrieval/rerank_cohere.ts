import type { Doc } from "../../../../schema/doc.ts";
import { isRecord } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import type { NodeTask, PipeContext, TaskContext } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { configReader } from "../config_reader.ts";

const TIMEOUT_MS = 60_000;

/** Scores the texts that match a query best, by their indexes. */
type Rank = (
  query: string,
  texts: readonly string[],
  pipe: PipeContext,
) => Promise<readonly { readonly index: number; readonly score: number }[]>;

/**
 * Start `rerank_cohere`, which puts the documents of a question in the order in
 * which they match its first text, as a model of Cohere finds.
 *
 * The best ones are emitted as documents, each with its `score`, and their
 * texts as an answer; the question is consumed. Documents without a text are
 * left out; where there are no others, or no question, nothing is emitted.
 */
export function startRerankCohere(context: TaskContext): NodeTask {
  const read = configReader(context);
  const least = read.number("min_score", 0, { min: 0, max: 1, fraction: true });
  const rank = ranker(context, read.number("top_n", 5, { min: 1 }));
  return {
    instance: (pipe) => ({
      on: {
        questions: async (question) => {
          await rerank(pipe, question, rank, least);
          return "consume";
        },
      },
    }),
  };
}

async function rerank(
  pipe: PipeContext,
  { questions: [question], documents }: Question,
  rank: Rank,
  least: number,
): Promise<void> {
  pipe.signal.throwIfAborted();
  const query = question?.text ?? "";
  const filled = documents.filter((doc) => textOf(doc).trim() !== "");
  if (filled.length === 0 || query.trim() === "") return;
  const order = await rank(query, filled.map(textOf), pipe);
  const best = order.filter(({ score }) => score >= least)
    .toSorted((a, b) => b.score - a.score)
    .map(({ index, score }) => ({ ...filled[index]!, score }));
  if (best.length > 0 && pipe.listens("documents")) {
    await pipe.emit("documents", best);
  }
  if (pipe.listens("answers")) {
    const answer = best.map(textOf).join("\n\n");
    await pipe.emit("answers", { answer, expectJson: false });
  }
}

function textOf({ page_content }: Doc): string {
  return page_content ?? "";
}

function ranker(context: TaskContext, top: number): Rank {
  const read = configReader(context);
  const secret = read.secret("apikey");
  if (secret === "") throw read.fault("'apikey' is missing");
  const model = read.text("model", "").trim();
  if (model === "") throw read.fault("'model' is empty");
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

function readRanking(
  body: unknown,
  count: number,
): Awaited<ReturnType<Rank>> | undefined {
  const results = isRecord(body) ? body.results : undefined;
  if (!Array.isArray(results)) return undefined;
  const order = results.flatMap((result: unknown) => {
    const { index, relevance_score: score } = isRecord(result) ? result : {};
    const known = typeof index === "number" && Number.isInteger(index) &&
      index >= 0 && index < count && typeof score === "number";
    return known ? [{ index, score }] : [];
  });
  return order.length === results.length ? order : undefined;
}
