import { isRecord, type JsonValue } from "../../../schema/json.ts";
import type { PipelineResult } from "../../../schema/result.ts";
import type { Lane, ObjectInfo } from "../node.ts";
import type { Failure } from "./failure.ts";

/** What the nodes of a pipeline respond for one object. */
export class ObjectResponse {
  readonly #fields: Map<string, unknown[]> = new Map();
  readonly #types: Map<string, Lane> = new Map();

  /**
   * Append a copy of a value to a field; the lane written last names its type.
   *
   * @throws {TypeError} JSON cannot carry the value.
   */
  add(field: string, lane: Lane, given: unknown): void {
    const value = jsonCopy(given) ?? null;
    const values = this.#fields.get(field);
    if (values) values.push(value);
    else this.#fields.set(field, [value]);
    this.#types.set(field, lane);
  }

  /**
   * The result of the object.
   *
   * @param responds Whether the pipeline has a response node: name, path and
   * metadata are its contribution.
   * @param failure Why the object failed, if it did.
   */
  body(
    object: ObjectInfo,
    responds: boolean,
    failure: Failure | undefined,
  ): PipelineResult {
    const { name, path, objectId } = object;
    const named = responds || this.#types.size > 0;
    const metadata = named && propertiesOf(object);
    return {
      ...Object.fromEntries(this.#fields),
      ...(this.#types.size > 0 &&
        { result_types: Object.fromEntries(this.#types) }),
      ...(named && { name, path }),
      ...(metadata && { metadata }),
      objectId,
      ...(failure && { error: { ...failure } }),
    };
  }
}

/** Document properties, without those of the parser's own machinery. */
function propertiesOf(
  { metadata }: ObjectInfo,
): Record<string, unknown> | undefined {
  const shown = Object.entries(metadata).filter(([key]) =>
    !key.toLowerCase().includes("tika")
  );
  if (shown.length === 0) return undefined;
  return jsonCopy(Object.fromEntries(shown)) as Record<string, unknown>;
}

/**
 * A copy of a value as JSON carries it: a caller in the engine's own process
 * sees what others see, and later changes have no effect. Walking is faster
 * than writing JSON and reading it again, above all for long strings.
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
  const value = isRecord(given) && typeof given.toJSON === "function"
    ? given.toJSON(String(key))
    : given;
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // JSON has no negative zero, and only finite numbers.
      return Number.isFinite(value) ? value + 0 : null;
    case "bigint":
      throw new TypeError("A bigint cannot be carried as JSON");
    case "object":
      return value && members(value, above);
    default:
      return undefined;
  }
}

function members(value: object, above: Set<object>): unknown {
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
