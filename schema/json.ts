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
 * Tell whether a value is a plain record: an object, not null, not an array.
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
