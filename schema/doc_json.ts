import type { Doc, DocMetadata } from "./doc.ts";
import { omitUnset, plainDoc } from "./_plain_doc.ts";
import {
  type MemberTable,
  parseRecord,
  readMembers,
  recordOf,
} from "./_read_members.ts";

const DOC: MemberTable = {
  type: "text",
  page_content: "text",
  embedding_model: "text",
  embedding: "numbers",
  score: "number",
  highlight_score: "number",
  context: "texts",
  tokens: "integer",
};

const METADATA: MemberTable = {
  objectId: "text",
  chunkId: "integer",
  nodeId: "text",
  parent: "text",
  permissionId: "integer",
  isDeleted: "boolean",
  isTable: "boolean",
  tableId: "integer",
  signature: "text",
};

/**
 * Write a document as JSON text, as the lane `documents` takes it.
 *
 * Members that are `null`, `undefined` or a number JSON cannot carry are left
 * out, also in the metadata: the server refuses nulls there (api §1.2).
 *
 * @param doc The document; it is not changed.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docToJson } from "@rocketride/streams/schema";
 *
 * const doc = { page_content: "Rain", context: null, score: NaN };
 * assertEquals(docToJson(doc), '{"page_content":"Rain"}');
 * ```
 */
export function docToJson(doc: Doc): string {
  return JSON.stringify(plainDoc(doc));
}

/**
 * Read a document from its JSON form; the way back from
 * {@linkcode docToJson}.
 *
 * @param json JSON text, or what it parses to. A member that is `null` is as
 * good as missing; members this version does not know are left out, but for
 * those of the metadata.
 * @returns The document; its `type` is `Document` where none is given.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is no document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docFromJson } from "@rocketride/streams/schema";
 *
 * assertEquals(docFromJson('{"page_content":"Rain","score":null}'), {
 *   type: "Document",
 *   page_content: "Rain",
 * });
 * ```
 */
export function docFromJson(json: unknown): Doc {
  const record = parseRecord("a document", json);
  const metadata = record.metadata ?? null;
  return {
    type: "Document",
    ...readMembers("a document", record, DOC),
    ...(metadata !== null && { metadata: readMetadata(metadata) }),
  };
}

/**
 * Write the metadata of a document as JSON text, without members that are
 * not set.
 *
 * @param metadata The metadata; it is not changed.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docMetadataToJson } from "@rocketride/streams/schema";
 *
 * const metadata = { objectId: "a1", chunkId: 0, vectorSize: null };
 * assertEquals(docMetadataToJson(metadata), '{"objectId":"a1","chunkId":0}');
 * ```
 */
export function docMetadataToJson(metadata: DocMetadata): string {
  return JSON.stringify(omitUnset(metadata));
}

/**
 * Read the metadata of a document from its JSON form; the way back from
 * {@linkcode docMetadataToJson}.
 *
 * @param json JSON text, or what it parses to. A member that is `null` is as
 * good as missing; members this version does not know are kept.
 * @returns The metadata.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It has no `objectId` or `chunkId`, or a member holds
 * what it cannot.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docMetadataFromJson } from "@rocketride/streams/schema";
 *
 * const json = '{"objectId":"a1","chunkId":0,"parent":null,"modelName":"m"}';
 * assertEquals(docMetadataFromJson(json), {
 *   objectId: "a1",
 *   chunkId: 0,
 *   modelName: "m",
 * });
 * ```
 */
export function docMetadataFromJson(json: unknown): DocMetadata {
  return readMetadata(parseRecord("metadata", json));
}

function readMetadata(value: unknown): DocMetadata {
  const record = recordOf("metadata", value);
  const required = ["objectId", "chunkId"];
  const known = readMembers("metadata", record, METADATA, required);
  return { ...omitUnset(record), ...known } as DocMetadata;
}
