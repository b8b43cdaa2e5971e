import {
  isSet,
  type MemberTable,
  parseRecord,
  readMembers,
  recordOf,
} from "./json.ts";

/**
 * Where a document comes from.
 *
 * Leave out what is not known: the server refuses an explicit `null` here.
 */
export interface DocMetadata {
  /** The object that the document is a part of. */
  readonly objectId: string;
  /** Which part it is, from 0. */
  readonly chunkId: number;
  /** The node that stores the object. */
  readonly nodeId?: string;
  /** The path above the object. */
  readonly parent?: string;
  /** The permission set that guards the object. */
  readonly permissionId?: number;
  /** Whether the object has been deleted. */
  readonly isDeleted?: boolean;
  /** Whether the text is a table. */
  readonly isTable?: boolean;
  /** Which table of the object it is. */
  readonly tableId?: number;
  /** The id of the component that made the document. */
  readonly signature?: string;
  /** Any other member is kept by engines too. */
  readonly [key: string]: unknown;
}

/**
 * A document, usually a piece of a longer text.
 *
 * Where the type has no `null`, the server refuses one: leave the member out.
 */
export interface Doc {
  /**
   * The kind of record.
   *
   * @default {"Document"}
   */
  readonly type?: string;
  /** The text. */
  readonly page_content?: string | null;
  /** The model that made the embedding. */
  readonly embedding_model?: string | null;
  /** The text as a vector. */
  readonly embedding?: readonly number[];
  /** How well the document matches, as a search found it. */
  readonly score?: number;
  /** How well the highlighted part matches. */
  readonly highlight_score?: number;
  /** Text around the document. */
  readonly context?: readonly string[] | null;
  /** The length of the text in a model's tokens. */
  readonly tokens?: number | null;
  /** Where the document comes from. */
  readonly metadata?: DocMetadata | null;
}

/**
 * Which documents a question is about, and how many.
 *
 * Every member may be absent or `null`; `null` does not restrict.
 */
export interface DocFilter {
  /**
   * Join all parts of a table that matches.
   *
   * @default {false}
   */
  readonly fullTables?: boolean | null;
  /**
   * Join all parts of a document that matches; wins over `fullTables`.
   *
   * @default {false}
   */
  readonly fullDocuments?: boolean | null;
  /**
   * How many matches to skip.
   *
   * @default {0}
   */
  readonly offset?: number | null;
  /**
   * How many matches to return at most.
   *
   * @default {25}
   */
  readonly limit?: number | null;
  /** The lowest part number, itself included. */
  readonly minChunkId?: number | null;
  /** The highest part number, itself included. */
  readonly maxChunkId?: number | null;
  /** Only objects of this node. */
  readonly nodeId?: string | null;
  /** Only objects below this path. */
  readonly parent?: string | null;
  /** Only objects whose name fits this pattern. */
  readonly name?: string | null;
  /** Only objects guarded by one of these permission sets. */
  readonly permissions?: readonly number[] | null;
  /** Only deleted objects, or only others; `null` for both. */
  readonly isDeleted?: boolean | null;
  /** Only these objects. */
  readonly objectIds?: readonly string[] | null;
  /** Only these parts. */
  readonly chunkIds?: readonly number[] | null;
  /** Only tables, or only text; `null` for both. */
  readonly isTable?: boolean | null;
  /** Only these tables. */
  readonly tableIds?: readonly number[] | null;
  /**
   * Rank the matches again, fast.
   *
   * @default {false}
   */
  readonly useQuickRank?: boolean | null;
  /**
   * Rank the matches again, as groups.
   *
   * @default {false}
   */
  readonly useGroupRank?: boolean | null;
  /**
   * How many follow-up questions to propose.
   *
   * @default {5}
   */
  readonly followUpQuestions?: number | null;
  /**
   * Return the text around each match.
   *
   * @default {false}
   */
  readonly context?: boolean | null;
}

/** The matching documents of one object. */
export interface DocGroup {
  /** The best score in the group. */
  readonly score: number;
  /** The object. */
  readonly objectId: string;
  /** The path above the object. */
  readonly parent: string;
  /** Its documents. */
  readonly documents: readonly Doc[];
}

/**
 * Make a document of a text.
 *
 * @param content The text.
 * @param metadata What is known of its origin; without an `objectId` it is
 * empty, without a `chunkId` 0.
 * @returns A document with score 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDoc } from "@rocketride/streams/schema";
 *
 * assertEquals(createDoc("Rain at noon", { parent: "/weather" }), {
 *   type: "Document",
 *   page_content: "Rain at noon",
 *   score: 0,
 *   metadata: { objectId: "", chunkId: 0, parent: "/weather" },
 * });
 * ```
 */
export function createDoc(
  content: string,
  metadata: Partial<DocMetadata> = {},
): Doc {
  return {
    type: "Document",
    page_content: content,
    score: 0,
    metadata: { objectId: "", chunkId: 0, ...metadata },
  };
}

/**
 * Name a document in short, for logs and messages.
 *
 * @param doc The document.
 * @returns `Document(<objectId>.<chunkId>=<score>)`; what is not known is
 * empty, or 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docToString } from "@rocketride/streams/schema";
 *
 * const metadata = { objectId: "a1", chunkId: 2 };
 * assertEquals(docToString({ metadata, score: 0.5 }), "Document(a1.2=0.5)");
 * ```
 */
export function docToString({ metadata, score }: Doc): string {
  const { objectId = "", chunkId = 0 } = metadata ?? {};
  return `Document(${objectId}.${chunkId}=${score ?? 0})`;
}

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
 * out, also in the metadata: the server refuses nulls there.
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

/** A document as engines take it: without members that are not set. */
export function plainDoc({ metadata, ...rest }: Doc): Record<string, unknown> {
  return {
    ...omitUnset(rest),
    ...(metadata && { metadata: omitUnset(metadata) }),
  };
}

/** A copy of a record without members that JSON would write as `null`. */
export function omitUnset(
  record: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => isSet(value)),
  );
}
