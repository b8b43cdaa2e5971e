import { checkOptions, namesOf } from "../lib/check.ts";
import { type DocFilter, omitUnset } from "./doc.ts";
import { type MemberKind, parseRecord, readMembers } from "./json.ts";

const FILTER: Readonly<Record<keyof DocFilter, MemberKind>> = {
  fullTables: "boolean",
  fullDocuments: "boolean",
  offset: "integer",
  limit: "integer",
  minChunkId: "integer",
  maxChunkId: "integer",
  nodeId: "text",
  parent: "text",
  name: "text",
  permissions: "integers",
  isDeleted: "boolean",
  objectIds: "texts",
  chunkIds: "integers",
  isTable: "boolean",
  tableIds: "integers",
  useQuickRank: "boolean",
  useGroupRank: "boolean",
  followUpQuestions: "integer",
  context: "boolean",
};

/** The largest `limit` that {@linkcode validateDocFilter} accepts. */
const MAX_LIMIT = 1_000;

/**
 * Make a filter with the defaults that the official SDKs use.
 *
 * @param options The members that differ from the defaults.
 * @returns The filter.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocFilter } from "@rocketride/streams/schema";
 *
 * const { limit, offset } = createDocFilter({ limit: 3 });
 * assertEquals([limit, offset], [3, 0]);
 * ```
 */
export function createDocFilter(options: DocFilter = {}): DocFilter {
  checkOptions(options, "createDocFilter({ limit })", namesOf(FILTER));
  return completeFilter(options);
}

/** A filter with the defaults for what it does not have; others stay. */
export function completeFilter(filter: DocFilter = {}): DocFilter {
  return {
    fullTables: false,
    fullDocuments: false,
    offset: 0,
    limit: 25,
    useQuickRank: false,
    useGroupRank: false,
    followUpQuestions: 5,
    context: false,
    ...filter,
  };
}

/**
 * Make a filter that finds whole tables.
 *
 * @param limit How many matches to return at most.
 * @param offset How many matches to skip.
 * @returns The filter.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createQuestion, forTables } from "@rocketride/streams/schema";
 *
 * const { filter } = createQuestion({ filter: forTables(5) });
 * assert(filter?.isTable && filter.fullTables && filter.limit === 5);
 * ```
 */
export function forTables(limit: number = 20, offset: number = 0): DocFilter {
  const wanted = { isTable: true, fullTables: true, useQuickRank: true };
  return createDocFilter({ ...wanted, limit, offset });
}

/**
 * Make a filter that finds whole documents.
 *
 * @param limit How many matches to return at most.
 * @returns The filter.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createQuestion, forFullDocuments } from "@rocketride/streams/schema";
 *
 * const { filter } = createQuestion({ filter: forFullDocuments() });
 * assert(filter?.fullDocuments && filter.limit === 10);
 * ```
 */
export function forFullDocuments(limit: number = 10): DocFilter {
  return createDocFilter({ fullDocuments: true, limit });
}

/**
 * Have the matches ranked again in both ways, with the text around them.
 *
 * @param filter The filter to start with; without one, the default filter.
 * @returns The filter.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { forTables, withAIEnhancements } from "@rocketride/streams/schema";
 *
 * const filter = withAIEnhancements(forTables());
 * assert(filter.isTable && filter.useGroupRank && filter.context);
 * ```
 */
export function withAIEnhancements(
  filter: DocFilter = createDocFilter(),
): DocFilter {
  return { ...filter, useQuickRank: true, useGroupRank: true, context: true };
}

/**
 * Look for numbers in a filter that cannot be meant.
 *
 * @param filter The filter.
 * @returns What is wrong with it, in words; empty when it is fine.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { validateDocFilter } from "@rocketride/streams/schema";
 *
 * assertEquals(validateDocFilter({ limit: 0 }), [
 *   "Limit must be between 1 and 1000",
 * ]);
 * assertEquals(validateDocFilter({}), []);
 * ```
 */
export function validateDocFilter(filter: DocFilter): string[] {
  const { limit, offset, followUpQuestions } = filter;
  const faults: string[] = [];
  if (!within(limit, 1, MAX_LIMIT)) {
    faults.push(`Limit must be between 1 and ${MAX_LIMIT}`);
  }
  if (!within(offset, 0)) faults.push("Offset must not be negative");
  if (!within(followUpQuestions, 0)) {
    faults.push("Number of follow-up questions must not be negative");
  }
  return faults;
}

/**
 * Write a filter as JSON text, without members that are not set.
 *
 * @param filter The filter; it is not changed.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docFilterToJson } from "@rocketride/streams/schema";
 *
 * assertEquals(docFilterToJson({ limit: 3, name: null }), '{"limit":3}');
 * ```
 */
export function docFilterToJson(filter: DocFilter): string {
  return JSON.stringify(omitUnset({ ...filter }));
}

/**
 * Read a filter from its JSON form; the way back from
 * {@linkcode docFilterToJson}.
 *
 * @param json JSON text, or what it parses to. A member that is `null` is as
 * good as missing; members this version does not know are left out.
 * @returns The filter; defaults are not added, see {@linkcode createDocFilter}.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is no filter.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docFilterFromJson } from "@rocketride/streams/schema";
 *
 * assertEquals(docFilterFromJson('{"limit":3,"name":null}'), { limit: 3 });
 * ```
 */
export function docFilterFromJson(json: unknown): DocFilter {
  return readMembers("a filter", parseRecord("a filter", json), FILTER);
}

/** Whether a number that is set is in a range; what is not set is. */
function within(
  value: number | null | undefined,
  least: number,
  most: number = Infinity,
): boolean {
  if (value === null || value === undefined) return true;
  return value >= least && value <= most;
}
