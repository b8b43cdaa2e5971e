import type { Doc } from "../../../schema/doc.ts";
import { isRecord } from "../../../schema/json.ts";
import { PipeException } from "../../errors.ts";

/**
 * Read one document or a list of them.
 *
 * @throws {PipeException} One of them has the wrong shape. As on a server,
 * an explicit null is one where a number or vector is expected.
 */
export function readDocs(value: unknown): readonly Doc[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const doc of list) {
    const fault = faultOf(doc);
    if (fault !== undefined) throw new PipeException(`Document ${fault}`);
  }
  return list as readonly Doc[];
}

function faultOf(doc: unknown): string | undefined {
  if (!isRecord(doc)) return "must be an object";
  const { page_content, embedding, metadata } = doc;
  if (typeof (page_content ?? "") !== "string") {
    return "'page_content' must be a string";
  }
  if (embedding !== undefined && !Array.isArray(embedding)) {
    return "'embedding' must be a list of numbers";
  }
  for (const member of ["score", "highlight_score"]) {
    const score = doc[member];
    if (score !== undefined && typeof score !== "number") {
      return `'${member}' must be a number`;
    }
  }
  if (metadata === undefined || metadata === null) return undefined;
  const sound = isRecord(metadata) && typeof metadata.objectId === "string" &&
    Number.isInteger(metadata.chunkId);
  return sound ? undefined : "'metadata' needs an 'objectId' and a 'chunkId'";
}
