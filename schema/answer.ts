import { findJson } from "./_find_json.ts";
import {
  isRecord,
  type JsonObject,
  type JsonValue,
  parseRecord,
} from "./json.ts";
import { parseJson } from "./parse_json.ts";

/** An answer as it travels through a pipeline. */
export interface Answer {
  /** Text, or a JSON value when JSON was asked for; `null` = not set. */
  readonly answer: JsonValue;
  /** Whether the question asked for JSON. */
  readonly expectJson: boolean;
  /** What it has cost, as the model counts it; from 1.4 on. */
  readonly tokens?: JsonObject | null | undefined;
}

/**
 * Make an answer of a model's reply.
 *
 * @param value The reply. Text is parsed as JSON when JSON is expected; all
 * but text becomes JSON text when it is not. `null` stays: nothing is set.
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
  const kept = expectJson || value === null;
  return { answer: kept ? value : JSON.stringify(value), expectJson };
}

/**
 * Put another reply into an answer.
 *
 * @param answer The answer so far; it is not changed.
 * @param value The reply; see {@linkcode createAnswer}.
 * @returns An answer with that reply, which expects JSON where the old one did,
 * without the old one's tokens.
 * @throws {SyntaxError} JSON was expected, and the text holds none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createAnswer, getJson, setAnswer } from "@rocketride/streams/schema";
 *
 * const answer = setAnswer(createAnswer(null, true), '{"a": 1}');
 * assertEquals(getJson(answer), { a: 1 });
 * ```
 */
export function setAnswer(answer: Answer, value: JsonValue): Answer {
  return createAnswer(value, answer.expectJson);
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
 * Finds in text what {@linkcode parseJson} finds, but for a lone number in
 * brackets amid prose, which is a footnote. Where JSON was expected, text is
 * a value that was parsed already.
 *
 * @param answer An answer, or one value of a result's `answers`.
 * @returns The value; `null` when the answer holds no valid JSON.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getJson } from "@rocketride/streams/schema";
 *
 * assertEquals(getJson('Sure: {"a": 1}'), { a: 1 });
 * assertEquals(getJson("It is Paris [1]."), null);
 * ```
 */
export function getJson(answer: Answer | JsonValue): JsonValue {
  return jsonOf(answer)?.value ?? null;
}

/**
 * Check whether an answer holds valid JSON.
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
  return jsonOf(answer) !== undefined;
}

function jsonOf(
  answer: Answer | JsonValue,
): { readonly value: JsonValue } | undefined {
  const value = valueOf(answer);
  if (value === null) return undefined;
  const parsed = isAnswer(answer) && answer.expectJson;
  if (typeof value !== "string" || parsed) return { value };
  const found = findJson(value);
  return found?.footnote ? undefined : found;
}

function valueOf(answer: Answer | JsonValue): JsonValue {
  return isAnswer(answer) ? answer.answer : answer ?? null;
}

function isAnswer(answer: Answer | JsonValue): answer is Answer {
  return isRecord(answer) && typeof answer.expectJson === "boolean" &&
    Object.hasOwn(answer, "answer");
}

/**
 * Write an answer as JSON text.
 *
 * @param answer The answer.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { answerToJson, createAnswer } from "@rocketride/streams/schema";
 *
 * assertEquals(
 *   answerToJson(createAnswer("Paris")),
 *   '{"answer":"Paris","expectJson":false}',
 * );
 * ```
 */
export function answerToJson({ answer, expectJson, tokens }: Answer): string {
  return JSON.stringify({ answer, expectJson, ...(tokens && { tokens }) });
}

/**
 * Read an answer from its JSON form; the way back from
 * {@linkcode answerToJson}.
 *
 * @param json JSON text, or what it parses to.
 * @returns The answer; members that are missing take their defaults.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is not an object, `expectJson` is no boolean, or
 * `tokens` is no object.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { answerFromJson } from "@rocketride/streams/schema";
 *
 * assertEquals(answerFromJson('{"answer":"Paris"}'), {
 *   answer: "Paris",
 *   expectJson: false,
 * });
 * ```
 */
export function answerFromJson(json: unknown): Answer {
  const record = parseRecord("an answer", json);
  const expectJson = record.expectJson ?? false;
  if (typeof expectJson !== "boolean") {
    throw new TypeError(
      'Cannot read an answer: "expectJson" must be a boolean',
    );
  }
  const answer = (record.answer ?? null) as JsonValue;
  const tokens = record.tokens ?? null;
  if (tokens === null) return { answer, expectJson };
  if (!isRecord(tokens)) {
    throw new TypeError('Cannot read an answer: "tokens" must be an object');
  }
  return { answer, expectJson, tokens: tokens as JsonObject };
}
