/**
 * Where a document comes from (api §1.6).
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
 * A document, usually a piece of a longer text (api §1.4).
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
 * Which documents a question is about, and how many (api §1.5).
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

/** The matching documents of one object (api §1.7). */
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
