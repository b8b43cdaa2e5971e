import type { Doc, DocGroup } from "./doc.ts";

/**
 * Make a group of the documents of one object.
 *
 * @param objectId The object.
 * @param parent The path above it.
 * @param documents Its documents.
 * @param score The best score in the group.
 * @returns The group.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup } from "@rocketride/streams/schema";
 *
 * assertEquals(createDocGroup("a1", "/").documents, []);
 * ```
 */
export function createDocGroup(
  objectId: string,
  parent: string,
  documents: readonly Doc[] = [],
  score: number = 0,
): DocGroup {
  return { score, objectId, parent, documents };
}

/**
 * Add a document to a group; to a question add it with
 * {@linkcode addDocuments}.
 *
 * @param group The group; it is not changed.
 * @param doc The document.
 * @returns A group that has the document as its last, and its score if that
 * is better.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addDocument, createDocGroup } from "@rocketride/streams/schema";
 *
 * const group = addDocument(createDocGroup("a1", "/"), { score: 0.5 });
 * assertEquals(group.score, 0.5);
 * ```
 */
export function addDocument(group: DocGroup, doc: Doc): DocGroup {
  return {
    ...group,
    score: Math.max(group.score, scoreOf(doc)),
    documents: [...group.documents, doc],
  };
}

/**
 * Join the texts of a group's documents with line ends, in their order.
 *
 * @param group The group.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getFullContent } from "@rocketride/streams/schema";
 *
 * const pages = [{ page_content: "One" }, { page_content: "Two" }];
 * assertEquals(getFullContent(createDocGroup("a1", "/", pages)), "One\nTwo");
 * ```
 */
export function getFullContent({ documents }: DocGroup): string {
  return documents.map(({ page_content }) => page_content ?? "").join("\n");
}

/**
 * Find the document of a group that matches best.
 *
 * @param group The group.
 * @returns The document with the highest score, of equals the first;
 * `undefined` when the group is empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getBestDocument } from "@rocketride/streams/schema";
 *
 * const group = createDocGroup("a1", "/", [{ score: 0.1 }, { score: 0.5 }]);
 * assertEquals(getBestDocument(group)?.score, 0.5);
 * ```
 */
export function getBestDocument({ documents }: DocGroup): Doc | undefined {
  let best: Doc | undefined;
  for (const doc of documents) {
    if (!best || scoreOf(doc) > scoreOf(best)) best = doc;
  }
  return best;
}

/**
 * Sort the documents of a group.
 *
 * @param group The group; it is not changed.
 * @param by `score` for the best first, `chunkId` for the order of the text.
 * @returns A group with the documents sorted; equals keep their order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, sortDocuments } from "@rocketride/streams/schema";
 *
 * const group = createDocGroup("a1", "/", [{ score: 0.1 }, { score: 0.5 }]);
 * assertEquals(sortDocuments(group).documents[0]?.score, 0.5);
 * ```
 */
export function sortDocuments(
  group: DocGroup,
  by: "score" | "chunkId" = "score",
): DocGroup {
  const order = by === "score"
    ? (a: Doc, b: Doc): number => scoreOf(b) - scoreOf(a)
    : (a: Doc, b: Doc): number => chunkOf(a) - chunkOf(b);
  return { ...group, documents: [...group.documents].sort(order) };
}

/**
 * Keep the documents of a group that match well.
 *
 * @param group The group; it is not changed.
 * @param least The lowest score to keep, itself included.
 * @returns A group of the documents that are left.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, filterByScore } from "@rocketride/streams/schema";
 *
 * const group = createDocGroup("a1", "/", [{ score: 0.1 }, { score: 0.5 }]);
 * assertEquals(filterByScore(group, 0.5).documents, [{ score: 0.5 }]);
 * ```
 */
export function filterByScore(group: DocGroup, least: number): DocGroup {
  const documents = group.documents.filter((doc) => scoreOf(doc) >= least);
  return { ...group, documents };
}

/**
 * Average the scores of a group's documents.
 *
 * @param group The group.
 * @returns The average; 0 when the group is empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getAverageScore } from "@rocketride/streams/schema";
 *
 * const group = createDocGroup("a1", "/", [{ score: 0.25 }, { score: 0.75 }]);
 * assertEquals(getAverageScore(group), 0.5);
 * ```
 */
export function getAverageScore({ documents }: DocGroup): number {
  const sum = documents.reduce((total, doc) => total + scoreOf(doc), 0);
  return documents.length === 0 ? 0 : sum / documents.length;
}

/**
 * Add up the tokens of a group's documents.
 *
 * @param group The group.
 * @returns The sum; documents without a number count as 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getTotalTokens } from "@rocketride/streams/schema";
 *
 * const group = createDocGroup("a1", "/", [{ tokens: 3 }, {}, { tokens: 4 }]);
 * assertEquals(getTotalTokens(group), 7);
 * ```
 */
export function getTotalTokens({ documents }: DocGroup): number {
  return documents.reduce((total, { tokens }) => total + (tokens ?? 0), 0);
}

/**
 * Pick the documents of a group that are tables.
 *
 * @param group The group.
 * @returns The tables, in their order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getTableDocuments } from "@rocketride/streams/schema";
 *
 * const table = { metadata: { objectId: "a1", chunkId: 0, isTable: true } };
 * const group = createDocGroup("a1", "/", [{ page_content: "Text" }, table]);
 * assertEquals(getTableDocuments(group), [table]);
 * ```
 */
export function getTableDocuments({ documents }: DocGroup): Doc[] {
  return documents.filter(isTable);
}

/**
 * Pick the documents of a group that are no tables.
 *
 * @param group The group.
 * @returns The texts, in their order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getTextDocuments } from "@rocketride/streams/schema";
 *
 * const text = { page_content: "Text" };
 * assertEquals(getTextDocuments(createDocGroup("a1", "/", [text])), [text]);
 * ```
 */
export function getTextDocuments({ documents }: DocGroup): Doc[] {
  return documents.filter((doc) => !isTable(doc));
}

/**
 * Check whether a group has a table.
 *
 * @param group The group.
 * @returns `true` when one of its documents is a table.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createDocGroup, hasTableData } from "@rocketride/streams/schema";
 *
 * assert(!hasTableData(createDocGroup("a1", "/", [{ page_content: "Text" }])));
 * ```
 */
export function hasTableData({ documents }: DocGroup): boolean {
  return documents.some(isTable);
}

/**
 * Count the documents of a group.
 *
 * @param group The group.
 * @returns How many there are.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, getDocumentCount } from "@rocketride/streams/schema";
 *
 * assertEquals(getDocumentCount(createDocGroup("a1", "/", [{}, {}])), 2);
 * ```
 */
export function getDocumentCount({ documents }: DocGroup): number {
  return documents.length;
}

/**
 * Make one group of several that are about the same object.
 *
 * @param groups The groups; none is changed.
 * @returns The group of all documents, with the best score; the very group
 * when there is but one, `undefined` when there is none.
 * @throws {RangeError} They are about different objects.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, mergeDocGroups } from "@rocketride/streams/schema";
 *
 * const first = createDocGroup("a1", "/", [{ score: 0.5 }], 0.5);
 * const second = createDocGroup("a1", "/", [{ score: 0.1 }], 0.1);
 * const group = mergeDocGroups([first, second]);
 * assertEquals([group?.score, group?.documents.length], [0.5, 2]);
 * ```
 */
export function mergeDocGroups(
  groups: readonly DocGroup[],
): DocGroup | undefined {
  const [first] = groups;
  if (!first || groups.length === 1) return first;
  if (groups.some(({ objectId }) => objectId !== first.objectId)) {
    throw new RangeError("Cannot merge groups of different objects");
  }
  return {
    ...first,
    score: best(groups.map(({ score }) => score)),
    documents: groups.flatMap(({ documents }) => documents),
  };
}

/**
 * Cut a group into smaller ones, in the order of the text.
 *
 * @param group The group; it is not changed.
 * @param size How many documents a part may have.
 * @returns The parts, each with the best score in it.
 * @throws {RangeError} The size is not a whole number above 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, splitByChunkRange } from "@rocketride/streams/schema";
 *
 * const parts = splitByChunkRange(createDocGroup("a1", "/", [{}, {}, {}]), 2);
 * assertEquals(parts.map(({ documents }) => documents.length), [2, 1]);
 * ```
 */
export function splitByChunkRange(group: DocGroup, size: number): DocGroup[] {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(
      `Cannot split a group by ${size}: expected a whole number above 0`,
    );
  }
  const { documents } = sortDocuments(group, "chunkId");
  const parts: DocGroup[] = [];
  for (let at = 0; at < documents.length; at += size) {
    const part = documents.slice(at, at + size);
    parts.push({
      ...group,
      score: best(part.map(scoreOf)),
      documents: part,
    });
  }
  return parts;
}

function best(scores: readonly number[]): number {
  return scores.reduce((a, b) => Math.max(a, b), -Infinity);
}

function scoreOf({ score }: Doc): number {
  return score ?? 0;
}

function chunkOf({ metadata }: Doc): number {
  return metadata?.chunkId ?? 0;
}

function isTable({ metadata }: Doc): boolean {
  return metadata?.isTable === true;
}
