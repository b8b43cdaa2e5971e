import { isRecord, type JsonValue } from "../../../schema/json.ts";

/**
 * Copy a value as JSON would carry it, so that who shares the process with an
 * engine sees what others see, and what is changed later changes no more.
 *
 * As fast as walking through it: texts are not written anew.
 *
 * @returns The copy; `undefined` for what JSON leaves out.
 * @throws {TypeError} The value contains itself, or a `bigint`.
 */
export function jsonCopy(value: unknown): JsonValue | undefined {
  return copied(value, "", new Set()) as JsonValue | undefined;
}

function copied(
  given: unknown,
  key: string | number,
  above: Set<object>,
): unknown {
  const value = hasToJson(given) ? given.toJSON(String(key)) : given;
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // JSON has no negative zero, and nothing that is no number.
      return Number.isFinite(value) ? value + 0 : null;
    case "bigint":
      throw new TypeError("A bigint cannot be carried as JSON");
    case "object":
      return value === null ? null : contents(value, above);
    default:
      return undefined;
  }
}

function contents(value: object, above: Set<object>): unknown {
  if (above.has(value)) {
    throw new TypeError("A value that contains itself cannot be JSON");
  }
  above.add(value);
  const copy = Array.isArray(value)
    ? Array.from(value, (item, at) => copied(item, at, above) ?? null)
    // Not by assignment: a member may be called __proto__.
    : Object.fromEntries(
      Object.entries(value)
        .map(([name, item]) => [name, copied(item, name, above)] as const)
        .filter(([, item]) => item !== undefined),
    );
  above.delete(value);
  return copy;
}

function hasToJson(
  value: unknown,
): value is { toJSON(key: string): unknown } {
  return isRecord(value) && typeof value.toJSON === "function";
}
