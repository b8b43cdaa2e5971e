/** Any value that JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object; members that are `undefined` are not sent. */
export interface JsonObject {
  /** The members. */
  readonly [key: string]: JsonValue | undefined;
}

/**
 * Check whether a value is a plain record: an object, not null, not an array.
 *
 * @param value Anything.
 * @returns `true` for records, so that their members can be read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isRecord } from "@rocketride/streams/schema";
 *
 * assert(isRecord({ a: 1 }));
 * assert(!isRecord([1]));
 * ```
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a member may hold. */
export type MemberKind =
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "texts"
  | "numbers"
  | "integers";

/** The members that a record may have, with what they hold. */
export type MemberTable = Readonly<Record<string, MemberKind>>;

const NOUNS: Readonly<Record<MemberKind, string>> = {
  text: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "a boolean",
  texts: "a list of texts",
  numbers: "a list of numbers",
  integers: "a list of whole numbers",
};

/** The record that JSON text, or what it parses to, stands for. */
export function parseRecord(
  what: string,
  json: unknown,
): Readonly<Record<string, unknown>> {
  return recordOf(what, typeof json === "string" ? JSON.parse(json) : json);
}

/** A value that must be a record. */
export function recordOf(
  what: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new TypeError(`Cannot read ${what}: expected an object`);
}

/**
 * Copy the members of a record that are known and set. What JSON would write
 * as `null` is not set.
 *
 * @throws {TypeError} One holds something else, or a required one is missing.
 */
export function readMembers(
  what: string,
  record: Readonly<Record<string, unknown>>,
  table: MemberTable,
  required: readonly string[] = [],
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(table)) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (holds(value, kind)) read[name] = value;
    else if (isSet(value) || required.includes(name)) {
      throw new TypeError(
        `Cannot read ${what}: "${name}" must be ${NOUNS[kind]}`,
      );
    }
  }
  return read;
}

/**
 * Read a list that a record has as a member; none where it is not set.
 *
 * @throws {TypeError} It is no list, or `read` refuses an entry.
 */
export function readList<Item>(
  what: string,
  record: Readonly<Record<string, unknown>>,
  name: string,
  read: (entry: Readonly<Record<string, unknown>>, what: string) => Item,
): Item[] {
  const list = record[name] ?? [];
  if (!Array.isArray(list)) {
    throw new TypeError(`Cannot read ${what}: "${name}" must be a list`);
  }
  return list.map((entry: unknown, at) => {
    if (isRecord(entry)) return read(entry, `${what}, "${name}" ${at + 1}`);
    throw new TypeError(
      `Cannot read ${what}: "${name}" must be a list of objects`,
    );
  });
}

/** Whether JSON would write a value as something other than `null`. */
export function isSet(value: unknown): boolean {
  return typeof value === "number"
    ? Number.isFinite(value)
    : value !== null && value !== undefined;
}

function holds(value: unknown, kind: MemberKind): boolean {
  if (kind.endsWith("s")) {
    const each = kind.slice(0, -1) as MemberKind;
    return Array.isArray(value) && value.every((item) => holds(item, each));
  }
  if (kind === "integer") return Number.isInteger(value);
  if (kind === "number") return Number.isFinite(value);
  if (kind === "boolean") return typeof value === "boolean";
  return typeof value === "string";
}
