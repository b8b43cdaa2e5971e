import { type JSONValue, search } from "@jmespath-community/jmespath";
import type { JsonValue } from "../../../../schema/json.ts";

/**
 * Follow a JMESPath into a value; an empty path leads to the value itself.
 *
 * @returns What is there; null where nothing is.
 * @throws {Error} The path is none.
 */
export function queryPath(value: JsonValue, path: string): JsonValue {
  if (path === "") return value;
  return search(value as JSONValue, path) as JsonValue ?? null;
}
