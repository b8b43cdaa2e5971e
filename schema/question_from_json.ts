import { isRecord } from "./json.ts";
import { createQuestion, type Question } from "./question.ts";

/**
 * Read a question from its JSON form; the way back from
 * {@linkcode questionToJson}.
 *
 * @param json JSON text, or what it parses to. Members that are missing take
 * their defaults; members this version does not know are left out.
 * @returns The question.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is not an object, or a list in it is none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   addQuestion,
 *   createQuestion,
 *   questionFromJson,
 *   questionToJson,
 * } from "@rocketride/streams/schema";
 *
 * const question = addQuestion(createQuestion(), "What is new?");
 * assertEquals(questionFromJson(questionToJson(question)), question);
 * ```
 */
export function questionFromJson(json: unknown): Question {
  const value: unknown = typeof json === "string" ? JSON.parse(json) : json;
  if (!isRecord(value)) {
    throw new TypeError("Cannot read a question: expected an object");
  }
  const lists = [
    "instructions",
    "history",
    "examples",
    "context",
    "goals",
    "documents",
    "questions",
  ];
  for (const name of lists) {
    const list = value[name] ?? [];
    if (!Array.isArray(list)) {
      throw new TypeError(`Cannot read a question: "${name}" is no list`);
    }
  }
  return createQuestion(value);
}
