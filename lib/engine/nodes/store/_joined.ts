import type { DocFilter } from "../../../../schema/doc.ts";
import type { StoredDoc } from "./collection.ts";
import type { Hit } from "./hit.ts";

/**
 * Replace parts of documents by the whole, where the filter asks for that:
 * each document, or each table, is there once, in the place and
 * with the score of its best part.
 *
 * @param hits The best first.
 * @param stored What the parts are taken from.
 */
export function joined(
  hits: readonly Hit[],
  stored: readonly StoredDoc[],
  { fullDocuments, fullTables }: DocFilter,
): readonly Hit[] {
  if (!fullDocuments && !fullTables) return hits;
  const whole = (doc: Hit | StoredDoc): string => {
    const { objectId, isTable, tableId = 0, chunkId } = doc.metadata!;
    if (fullDocuments) return JSON.stringify([objectId]);
    const table = isTable ? [objectId, tableId] : [objectId, "text", chunkId];
    return JSON.stringify(table);
  };
  const parts = Map.groupBy(stored, whole);
  const seen = new Set<string>();
  return hits.flatMap((hit) => {
    const key = whole(hit);
    if (seen.has(key)) return [];
    seen.add(key);
    const chunks = (parts.get(key) ?? [])
      .toSorted((a, b) => a.metadata.chunkId - b.metadata.chunkId);
    const [first] = chunks;
    if (!first) return [hit];
    return [{
      ...hit,
      page_content: chunks.map(({ text }) => text).join(""),
      metadata: { ...hit.metadata!, chunkId: first.metadata.chunkId },
    }];
  });
}
