import type { Doc, DocFilter, DocMetadata } from "../../../../schema/doc.ts";
import { completeFilter } from "../../../../schema/doc_filter.ts";
import type { Question, QuestionText } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import { withoutSlashes } from "../without_slashes.ts";
import {
  type Collection,
  similarity,
  type StoredDoc,
  unitVector,
} from "./collection.ts";
import { partsOf, wordsOf } from "./words.ts";

const DEFAULT_LIMIT = 25;

/**
 * Find the documents that a question asks for.
 *
 * By similarity for `question`, `semantic` and `prompt`; those that have all
 * the words of a text for `keyword`; all that the filter allows for `get`.
 * Other types find nothing. `offset` and `limit` apply to each of the
 * question's texts, and `limit` to the whole, too.
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
): readonly Doc[] {
  const filter = completeFilter(question.filter ?? {});
  const offset = Math.max(0, filter.offset ?? 0);
  const limit = Math.max(0, filter.limit ?? DEFAULT_LIMIT);
  const stored = [...collection.documents()];
  const allowed = stored.filter(({ metadata }) => docMatches(metadata, filter));
  const best = new Map<StoredDoc, number>();
  for (const find of searches(collection, question)) {
    const scored = allowed.flatMap((doc): Scored[] => {
      const score = find(doc);
      return score === undefined || score < least ? [] : [[doc, score]];
    });
    for (const [doc, score] of byScore(scored).slice(offset, offset + limit)) {
      best.set(doc, Math.max(score, best.get(doc) ?? 0));
    }
  }
  const found = byScore([...best]).slice(0, limit);
  return joined(found, stored, filter).map(([{ text, metadata }, score]) => ({
    type: "Document",
    page_content: text,
    score,
    metadata: structuredClone(metadata),
  }));
}

/** The score of a document; `undefined` if it does not match. */
type Find = (doc: StoredDoc) => number | undefined;

type Scored = readonly [doc: StoredDoc, score: number];

function searches(
  collection: Collection,
  { type, questions }: Question,
): readonly Find[] {
  switch (type) {
    case "question":
    case "semantic":
    case "prompt":
      return questions.map((text) => similarTo(collection, text));
    case "keyword":
      return questions.map(({ text }) => withWords(text));
    case "get":
      return [() => 1];
    default:
      return [];
  }
}

function similarTo(
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
  return ({ vector }) => similarity(vector, wanted);
}

function withWords(query: string): Find {
  const wanted = wordsOf(query);
  return ({ text }) => {
    const words = new Set(wordsOf(text).flatMap((it) => [it, ...partsOf(it)]));
    const hasAll = wanted.every((word) => words.has(word));
    return wanted.length > 0 && hasAll ? 1 : undefined;
  };
}

/** Stable, so that equal scores keep the order of the collection. */
function byScore(scored: readonly Scored[]): readonly Scored[] {
  return scored.toSorted(([, a], [, b]) => b - a);
}

/**
 * Replace parts of documents by the whole, where the filter asks for that:
 * each document, or each table, is there once, in the place and with the
 * score of its best part.
 */
function joined(
  found: readonly Scored[],
  stored: readonly StoredDoc[],
  { fullDocuments, fullTables, isDeleted = null }: DocFilter,
): readonly Scored[] {
  if (!fullDocuments && !fullTables) return found;
  const wholeOf = ({ metadata }: StoredDoc): string => {
    const { objectId, isTable, tableId = 0, chunkId } = metadata;
    if (fullDocuments) return JSON.stringify([objectId]);
    const table = isTable ? [objectId, tableId] : [objectId, "text", chunkId];
    return JSON.stringify(table);
  };
  const all = stored.filter((doc) => docMatches(doc.metadata, { isDeleted }));
  const wholes = Map.groupBy(all, wholeOf);
  return found.flatMap(([doc, score]): Scored[] => {
    const chunks = (wholes.get(wholeOf(doc)) ?? [])
      .toSorted((a, b) => a.metadata.chunkId - b.metadata.chunkId);
    wholes.delete(wholeOf(doc));
    const [first] = chunks;
    if (!first) return [];
    const { chunkId } = first.metadata;
    const text = chunks.map(({ text }) => text).join("");
    return [[{ ...doc, text, metadata: { ...doc.metadata, chunkId } }, score]];
  });
}

/**
 * Whether a filter allows a document.
 *
 * Members that are not set do not restrict, except for `isDeleted`: as on a
 * server, deleted documents are found only when they are asked for. `name` is
 * ignored, as documents have no names.
 */
export function docMatches(meta: DocMetadata, filter: DocFilter): boolean {
  return (meta.isDeleted ?? false) === (filter.isDeleted ?? false) &&
    isAny(meta.objectId, filter.objectIds) &&
    isAny(meta.chunkId, filter.chunkIds) &&
    isAny(meta.permissionId, filter.permissions) &&
    isAny(meta.tableId, filter.tableIds) &&
    meta.chunkId >= (filter.minChunkId ?? -Infinity) &&
    meta.chunkId <= (filter.maxChunkId ?? Infinity) &&
    meta.nodeId === (filter.nodeId ?? meta.nodeId) &&
    (meta.isTable ?? false) === (filter.isTable ?? meta.isTable ?? false) &&
    isBelow(meta.parent ?? "", filter.parent);
}

function isAny<T>(
  value: T | undefined,
  wanted: readonly T[] | null | undefined,
): boolean {
  if (wanted === null || wanted === undefined) return true;
  return value !== undefined && wanted.includes(value);
}

/** A path is below itself, and below each of its parents. */
function isBelow(path: string, parent: string | null | undefined): boolean {
  if (parent === null || parent === undefined) return true;
  const folder = withoutSlashes(parent);
  return path === parent || path === folder || path.startsWith(`${folder}/`);
}
