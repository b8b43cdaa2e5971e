import { assertEquals, assertThrows } from "@std/assert";
import { createAnswer, getJson, getText, isJson } from "../../schema/answer.ts";
import { parseJson } from "../../schema/parse_json.ts";
import { parsePython } from "../../schema/parse_python.ts";
import type { JsonValue } from "../../schema/json.ts";

const READ: Readonly<Record<string, readonly [string, JsonValue]>> = {
  "a block between prose": ["Sure:\n```json\n[1]\n```\nBye", [1]],
  "a block that names no language": ['```\n{"a":1}\n```', { a: 1 }],
  "a block on one line": ['```json{"a":1}```', { a: 1 }],
  "a block that nobody closed": ['```json\n{"a":1}', { a: 1 }],
  "a value after a thought": ['<think>hm {"b":2}</think>{"a":1}', { a: 1 }],
  "a block after a thought with a block": [
    "<think>```json\n[0]\n```</think>\n```json\n[1]\n```",
    [1],
  ],
  "fences inside a string": [
    '```json\n{"code":"```js\\n1\\n```"}\n```',
    { code: "```js\n1\n```" },
  ],
  "thoughts inside a valid value": ['{"a":"<think>x</think>"}', {
    a: "<think>x</think>",
  }],
  "an object after prose": ['Here: {"a":1}', { a: 1 }],
  "the longest of several values": ['As [1] says {"a":"}"} (see [2])', {
    a: "}",
  }],
  "the second block, when the first is code": [
    "```js\nf()\n```\nand\n```json\n[2]\n```",
    [2],
  ],
  "line ends between members": ['{\r\n\t"a":\n1 }', { a: 1 }],
  "a byte order mark": ['\uFEFF{"a":1}', { a: 1 }],
  "a bare number": ["5", 5],
  "null": [" null ", null],
};

for (const [what, [text, value]] of Object.entries(READ)) {
  Deno.test(`parseJson reads ${what}`, () => {
    assertEquals(parseJson(text), value);
    assertEquals(getJson(text), value);
    assertEquals(isJson(text), true);
  });
}

Deno.test("parseJson throws where there is no JSON, getJson gives null", () => {
  for (
    const text of [
      "",
      "No idea",
      "{a: 1}",
      "```json\n```",
      "<think>[1]</think>",
    ]
  ) {
    assertThrows(() => parseJson(text), SyntaxError, "Cannot find JSON");
    assertEquals(getJson(text), null);
    assertEquals(isJson(text), false);
  }
});

Deno.test("parseJson gives up on hostile texts in linear time", () => {
  for (const part of ["{", "[", "```", "```json ", "<think>", '{"a":"']) {
    const text = part.repeat(1_000_000 / part.length);
    const started = performance.now();
    assertThrows(() => parseJson(text), SyntaxError);
    assertEquals(performance.now() - started < 5_000, true, part);
  }
});

Deno.test("an answer is made of text or JSON, and read back as either", () => {
  assertEquals(createAnswer("Paris"), { answer: "Paris", expectJson: false });
  assertEquals(createAnswer({ a: 1 }).answer, '{"a":1}');
  assertEquals(createAnswer("```json\n[1]\n```", true).answer, [1]);
  assertThrows(() => createAnswer("none", true), SyntaxError);
  assertEquals(getText(createAnswer([1], true)), "[1]");
  assertEquals(getText(null), "");
  assertEquals(getText(7), "7");
  assertEquals(getJson({ answer: "x" }), { answer: "x" });
  assertEquals(isJson(null), false);
});

Deno.test("parsePython takes the first block of Python", () => {
  assertEquals(
    parsePython("a\n```python\nx = 1\n```\nb\n```python\ny\n```"),
    "x = 1\n",
  );
  assertEquals(parsePython("```py\nx\n```"), "x\n");
  assertEquals(parsePython("```js\nx\n```"), "```js\nx\n```");
  assertEquals(parsePython("```python\nx"), "x");
  assertEquals(
    parsePython("<think>```python\nno\n```</think>```python\nyes\n```"),
    "yes\n",
  );
});
