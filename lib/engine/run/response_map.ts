import type { PipelineResult } from "../../../schema/result.ts";
import type { Lane, ObjectInfo } from "../node.ts";
import type { Failure } from "./failure.ts";
import { jsonCopy } from "./json_copy.ts";

/** What the nodes of a pipeline answer for one object. */
export class ResponseMap {
  readonly #fields: Map<string, unknown[]> = new Map();
  readonly #types: Map<string, Lane> = new Map();

  /**
   * Append a copy of a value to a field; the lane written last names its type.
   *
   * @throws {TypeError} It is nothing that JSON could carry.
   */
  add(field: string, lane: Lane, given: unknown): void {
    const value = jsonCopy(given) ?? null;
    const values = this.#fields.get(field);
    if (values) values.push(value);
    else this.#fields.set(field, [value]);
    this.#types.set(field, lane);
  }

  /**
   * The result as `close` answers it.
   *
   * @param object The object.
   * @param answered Whether a response node is in the pipeline; name, path
   * and metadata are its contribution.
   * @param failure Why the object failed, if it did.
   */
  body(
    object: ObjectInfo,
    answered: boolean,
    failure: Failure | undefined,
  ): PipelineResult {
    const { name, path, objectId } = object;
    const metadata = propertiesOf(object);
    return {
      ...Object.fromEntries(this.#fields),
      ...(this.#types.size > 0 &&
        { result_types: Object.fromEntries(this.#types) }),
      ...((answered || this.#types.size > 0) && { name, path }),
      ...((answered || this.#types.size > 0) && metadata && { metadata }),
      objectId,
      ...(failure && { error: { ...failure } }),
    };
  }
}

/** Document properties; those of the parser's own machinery stay hidden. */
function propertiesOf(
  { metadata }: ObjectInfo,
): Record<string, unknown> | undefined {
  const shown = Object.entries(metadata).filter(([key]) =>
    !key.toLowerCase().includes("tika")
  );
  if (shown.length === 0) return undefined;
  return jsonCopy(Object.fromEntries(shown)) as Record<string, unknown>;
}
