import type { DocFilter } from "../../../../schema/doc.ts";
import { completeFilter } from "../../../../schema/doc_filter.ts";
import type { Question, QuestionText } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import { joined } from "./_joined.ts";
import type { Collection, StoredDoc } from "./collection.ts";
import { docMatches } from "./doc_matches.ts";
import type { Hit } from "./hit.ts";
import { scoreOf, unitVector } from "./vector.ts";
import { wordsOf } from "./words_of.ts";

const DEFAULT_LIMIT = 25;

/**
 * Look for the documents that a question asks for.
 *
 * By similarity for `question`, `semantic` and `prompt`; those that have all
 * the words of a text for `keyword`; all that the filter lets through for
 * `get`. Other types look for nothing. `offset` and `limit` hold for each of
 * the question's texts, and `limit` for the whole, too.
 *
 * @param least The score below which documents are left out; those that were
 * not compared have the score 1.
 * @returns The best first, without their vectors.
 * @throws {ExecutionException} The question has no vector, or one that cannot
 * be compared.
 */
export function search(
  collection: Collection,
  question: Question,
  least: number,
): readonly Hit[] {
  const filter = completeFilter(question.filter ?? {});
  const stored = [...collection.documents()];
  const allowed = stored.filter(({ metadata }) => docMatches(metadata, filter));
  const best = new Map<string, Hit>();
  for (const find of searches(collection, question)) {
    const hits = allowed.flatMap((doc): Hit[] => {
      const score = find(doc);
      return score === undefined || score < least ? [] : [hitOf(doc, score)];
    });
    for (const hit of page(byScore(hits), filter)) {
      const key = keyOf(hit);
      const other = best.get(key);
      if (!other || other.score < hit.score) best.set(key, hit);
    }
  }
  const found = byScore([...best.values()]).slice(0, limitOf(filter));
  const { isDeleted = null } = filter;
  const parts = stored.filter(({ metadata }) =>
    docMatches(metadata, { isDeleted })
  );
  return joined(found, parts, filter);
}

/** Scores of documents, `undefined` for what does not match. */
type Find = (doc: StoredDoc) => number | undefined;

function searches(
  collection: Collection,
  { type, questions }: Question,
): readonly Find[] {
  switch (type) {
    case "question":
    case "semantic":
    case "prompt":
      return questions.map((text) => similar(collection, text));
    case "keyword":
      return questions.map(({ text }) => withWords(text));
    case "get":
      return [() => 1];
    default:
      return [];
  }
}

function similar(
  collection: Collection,
  { embedding, embedding_model }: QuestionText,
): Find {
  if (!embedding || !embedding_model) {
    throw new ExecutionException(
      "You must run your question through an embedding filter",
    );
  }
  collection.check(embedding, embedding_model);
  const wanted = unitVector(embedding);
  return ({ vector }) => scoreOf(vector, wanted);
}

function withWords(text: string): Find {
  const wanted = wordsOf(text);
  return (doc) => {
    const words = new Set(wordsOf(doc.text));
    const all = wanted.length > 0 && wanted.every((word) => words.has(word));
    return all ? 1 : undefined;
  };
}

function hitOf({ text, metadata }: StoredDoc, score: number): Hit {
  return {
    type: "Document",
    page_content: text,
    score,
    metadata: structuredClone(metadata),
  };
}

/** Stable, so that equal scores keep the order of the collection. */
function byScore(hits: readonly Hit[]): readonly Hit[] {
  return hits.toSorted((a, b) => b.score - a.score);
}

function page(hits: readonly Hit[], filter: DocFilter): readonly Hit[] {
  const offset = Math.max(0, filter.offset ?? 0);
  return hits.slice(offset, offset + limitOf(filter));
}

function limitOf({ limit }: DocFilter): number {
  return Math.max(0, limit ?? DEFAULT_LIMIT);
}

function keyOf({ metadata }: Hit): string {
  return JSON.stringify([metadata?.objectId, metadata?.chunkId]);
}
