import { isRecord, type JsonValue } from "./json.ts";
import { parseJson } from "./parse_json.ts";

/** An answer as it travels through a pipeline (api §1.3). */
export interface Answer {
  /** Text, or a JSON value when JSON was asked for; `null` = not set. */
  readonly answer: JsonValue;
  /** Whether the question asked for JSON. */
  readonly expectJson: boolean;
}

/**
 * Make an answer of a model's reply.
 *
 * @param value The reply. Text is parsed as JSON when JSON is expected;
 * objects and arrays become JSON text when it is not.
 * @param expectJson Whether the question asked for JSON; default `false`.
 * @returns The answer.
 * @throws {SyntaxError} JSON was expected, and the text holds none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createAnswer, getJson } from "@rocketride/streams/schema";
 *
 * assertEquals(getJson(createAnswer('{"a": 1}', true)), { a: 1 });
 * ```
 */
export function createAnswer(
  value: JsonValue,
  expectJson: boolean = false,
): Answer {
  if (typeof value === "string") {
    return { answer: expectJson ? parseJson(value) : value, expectJson };
  }
  return { answer: expectJson ? value : getText(value), expectJson };
}

/**
 * Read an answer as text.
 *
 * @param answer An answer, or one value of a result's `answers`.
 * @returns The text; JSON text of objects and arrays; empty when not set.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getText } from "@rocketride/streams/schema";
 *
 * assertEquals(getText("Paris"), "Paris");
 * assertEquals(getText({ answer: ["a"], expectJson: true }), '["a"]');
 * ```
 */
export function getText(answer: Answer | JsonValue): string {
  const value = valueOf(answer);
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Read an answer as JSON.
 *
 * @param answer An answer, or one value of a result's `answers`.
 * @returns The value; `null` when the answer holds no valid JSON, see
 * {@linkcode parseJson}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getJson } from "@rocketride/streams/schema";
 *
 * assertEquals(getJson('Sure: {"a": 1}'), { a: 1 });
 * assertEquals(getJson("No idea"), null);
 * ```
 */
export function getJson(answer: Answer | JsonValue): JsonValue {
  const value = valueOf(answer);
  if (typeof value !== "string") return value;
  try {
    return parseJson(value);
  } catch {
    return null;
  }
}

/**
 * Tell whether an answer holds valid JSON.
 *
 * @param answer An answer, or one value of a result's `answers`.
 * @returns `true` when {@linkcode getJson} finds a value, `null` included.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isJson } from "@rocketride/streams/schema";
 *
 * assert(isJson("[1, 2]"));
 * assert(!isJson("one, two"));
 * ```
 */
export function isJson(answer: Answer | JsonValue): boolean {
  const value = valueOf(answer);
  if (typeof value !== "string") return value !== null;
  try {
    parseJson(value);
    return true;
  } catch {
    return false;
  }
}

function valueOf(answer: Answer | JsonValue): JsonValue {
  const wrapped = isRecord(answer) && typeof answer.expectJson === "boolean" &&
    Object.hasOwn(answer, "answer");
  return (wrapped ? answer.answer : answer ?? null) as JsonValue;
}
