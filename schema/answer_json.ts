import type { Answer } from "./answer.ts";
import type { JsonValue } from "./json.ts";
import { parseRecord } from "./_read_members.ts";

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
export function answerToJson({ answer, expectJson }: Answer): string {
  return JSON.stringify({ answer, expectJson });
}

/**
 * Read an answer from its JSON form; the way back from
 * {@linkcode answerToJson}.
 *
 * @param json JSON text, or what it parses to.
 * @returns The answer; members that are missing take their defaults.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is not an object, or `expectJson` is no boolean.
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
  return { answer: (record.answer ?? null) as JsonValue, expectJson };
}
