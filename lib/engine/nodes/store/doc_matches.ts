import type { DocFilter, DocMetadata } from "../../../../schema/doc.ts";
import { withoutSlashes } from "../without_slashes.ts";

/**
 * Tell whether a filter lets a document through.
 *
 * Members that are not set do not restrict, but for `isDeleted`: as on a
 * server, deleted documents are found only when they are asked for. `name` is
 * not looked at, as documents have no names.
 */
export function docMatches(meta: DocMetadata, filter: DocFilter): boolean {
  return (meta.isDeleted ?? false) === (filter.isDeleted ?? false) &&
    isAny(meta.objectId, filter.objectIds) &&
    isAny(meta.chunkId, filter.chunkIds) &&
    isAny(meta.permissionId, filter.permissions) &&
    isAny(meta.tableId, filter.tableIds) &&
    meta.chunkId >= (filter.minChunkId ?? -Infinity) &&
    meta.chunkId <= (filter.maxChunkId ?? Infinity) &&
    is(meta.nodeId, filter.nodeId) &&
    is(meta.isTable ?? false, filter.isTable) &&
    isBelow(meta.parent ?? "", filter.parent);
}

function is<T>(value: T | undefined, wanted: T | null | undefined): boolean {
  return wanted === null || wanted === undefined || value === wanted;
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
