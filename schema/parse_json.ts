import { findJson } from "./_find_json.ts";
import type { JsonValue } from "./json.ts";

/**
 * Parse the JSON in a model's answer.
 *
 * Returns, in this order, the first that is there: the whole text, the whole
 * of what follows the thoughts, a fence that is labelled `json`, any other
 * fence around an object or array, an object or array in the middle of prose,
 * first as JSON, then in the grammar of `parseRelaxedJson` (single quotes,
 * names without quotes, comments, last commas, Python's constants), and what
 * else fills a fence. Of several values in prose the longest counts, and a lone
 * number in brackets, as footnotes are marked, comes last. Fences are read in
 * either grammar.
 *
 * What stands in `<think>` blocks does not count, fences included; nor does a
 * piece of a value that is broken or cut off. Values are taken as they are,
 * whatever their texts speak of. The work grows with the length of the text
 * alone, whatever a model wrote.
 *
 * The official clients read the whole text and fences only, and lose line
 * ends.
 *
 * @param text The answer of a model.
 * @returns The JSON value.
 * @throws {SyntaxError} The text holds no valid JSON.
 * @throws {TypeError} It is no text; what came as JSON needs no parsing, see
 * {@linkcode getJson}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseJson } from "@rocketride/streams/schema";
 *
 * const fence = "`".repeat(3);
 * const text = `Sure!\n${fence}json\n{ "keywords": ["a", "b"] }\n${fence}\nBye`;
 * assertEquals(parseJson(text), { keywords: ["a", "b"] });
 * assertEquals(parseJson('Here you are: {"a": 1}.'), { a: 1 });
 * ```
 */
export function parseJson(text: string): JsonValue {
  if (typeof text !== "string") {
    throw new TypeError("Cannot parse JSON: expected text");
  }
  const found = findJson(text);
  if (found) return found.value;
  throw new SyntaxError("Cannot find JSON in the answer");
}
