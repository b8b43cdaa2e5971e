import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  answerFromJson,
  answerToJson,
  createAnswer,
  getJson,
  getText,
  isJson,
  setAnswer,
} from "../../schema/answer.ts";
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
  "the block that is labelled, whatever stands in others": [
    "```\n[1]\n```\nand ```JSON\n[2]\n```",
    [2],
  ],
  "a number in a block": ["It is\n```json\n7\n```\n.", 7],
  "a number in a block without a label": ["It is\n```\n7\n```\n.", 7],
  "an object in prose rather than a number in a block": [
    "```\n7\n```\n{}",
    {},
  ],
  "a block within a longer fence": [
    "````markdown\n```json\n[1]\n```\n````",
    [1],
  ],
  "an object after a block of code that is full of brackets": [
    "```js\n" + "if (a[0]) { b(); }\n".repeat(200) + '```\nSo: {"a":1}',
    { a: 1 },
  ],
  "a value after a thought whose beginning is missing": [
    'Perhaps {"b":2}, or [1].\n</think>\n{"a":1}',
    { a: 1 },
  ],
  "a number after a thought": ["<think>5?</think>\n 6", 6],
  "a thought in a value in a block": [
    '```json\n{"a":"<think>x</think>"}\n```',
    { a: "<think>x</think>" },
  ],
  "an object after brackets that are none of JSON": [
    'In [0, 1) and {x | x > "0"}, as {name} says: {"a":1}',
    { a: 1 },
  ],
  "two objects in a row, the longer": ['{"a":1}\n{"b":22}', { b: 22 }],
  "two objects of a length, the first": ['{"a":1}\n{"b":2}', { a: 1 }],
  "every escape": ['So: ["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9",-1.5e+3]', [
    '"\\/\b\f\n\r\té',
    -1500,
  ]],
  "line ends between members": ['{\r\n\t"a":\n1 }', { a: 1 }],
  "single quotes": ["{'tags': [1, 2], 'total': 5}", {
    tags: [1, 2],
    total: 5,
  }],
  "a comment": ['{ // note\n"user": {"id": 1}, "total": 5 }', {
    user: { id: 1 },
    total: 5,
  }],
  "names without quotes, and a last comma": ["So: {a: 1, $b_2: [2,],}", {
    a: 1,
    $b_2: [2],
  }],
  "Python's constants": ["{'a': True, 'b': False, 'c': None}", {
    a: true,
    b: false,
    c: null,
  }],
  "relaxed JSON in a block": ["```json\n{'a': 1,}\n```\nor {\"bb\":2}", {
    a: 1,
  }],
  "JSON rather than what only resembles it": ['Not {aa: 1} but {"b":2}', {
    b: 2,
  }],
  "a thought in a string in prose": ['So {"a":"<think>"} it is', {
    a: "<think>",
  }],
  "a thought in single quotes": ["So {'a':'</think>', b: 1} it is", {
    a: "</think>",
    b: 1,
  }],
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
      "{a: oops}",
      "```json\n```",
      "<think>[1]</think>",
      // Thinking has no end: this is a draft.
      '<think>Perhaps {"a":1}',
      // Pieces of what is broken or cut off are not what was meant.
      '{"items":[{"a":1},{"b":',
      '```json\n{"items":[{"a":1},{"b":\n```',
      'So: {"a": oops, "b": {"c":1}}',
      'So: {"a":1,,}',
      // Nor are pieces of what even the relaxed grammar cannot read.
      "{'tags': [1, 2], 'total': oops}",
      "{'tags': [1, 2], 'total': 5",
      '{ // note\n"user": {"id": 1}, "total": }',
      '{ /* note "user": {"id": 1} }',
      '{"a": [1, 2]\n"b": {"c": 3}}',
      "So: [[1, 2], [3, 4], oops]",
      '{ ,"a": [1, 2], "b": 3}',
      '["a, b", [{{ "b": "c"},], None]',
      `["it's', {a: [1, True], "b": ["x", "y"]}, "c"]`,
      '[[1, 2], {"a": 3}} ]',
      // A quote is missing: all the rest seems to be a string.
      '{"a": }b c", "d": {}}',
      '```json\n{x "a": {"b": 1}}\n```',
      '<think>hm</think>{x "a": {"b": 1}}',
      'So: ["a\nb"]',
      'So: ["\\x"]',
      'So: ["\\u00g0"]',
      "So: [01]",
      "So: [.5]",
      "So: [NaN]",
      "See `x` and ``` y ```",
    ]
  ) {
    assertThrows(() => parseJson(text), SyntaxError, "Cannot find JSON");
    assertEquals(getJson(text), null);
    assertEquals(isJson(text), false);
  }
});

Deno.test("a footnote is JSON for those only who insist", () => {
  const text = "It is Paris [1].";
  assertEquals(parseJson(text), [1]);
  assertEquals(getJson(text), null);
  assertEquals(isJson(text), false);
  assertEquals(getJson("[1] says {}"), {});
  assertEquals(getJson(" [1] "), [1]);
  assertEquals(getJson("```json\n[1]\n```"), [1]);
});

Deno.test("parseJson refuses what is no text", () => {
  const parsed = { a: 1 } as unknown as string;
  assertThrows(() => parseJson(parsed), TypeError, "expected text");
});

/** What makes careless readers start over and over. */
const HOSTILE: readonly string[] = [
  "{",
  "[",
  "[ ",
  "[x",
  "[[x",
  '["',
  '["[',
  "[1,",
  '["a"x]',
  '["\\u12',
  '{"a":',
  '{"a":"',
  '{"a":oops',
  "```",
  "```json ",
  '``` "x',
  '```["',
  "```py",
  "```py</think>",
  "```python\n```\n",
  "\n```\n1x",
  "<think>",
  "</think>",
  "<think></think>",
];

for (const part of HOSTILE) {
  Deno.test(`a megabyte of ${JSON.stringify(part)} is read in linear time`, () => {
    const text = "x" + part.repeat(1_000_000 / part.length);
    const started = performance.now();
    assertEquals(isJson(text), false);
    assertEquals(typeof parsePython(text), "string");
    // Minutes, were it quadratic.
    assert(performance.now() - started < 30_000);
  });
}

Deno.test("an answer is made of text or JSON, and read back as either", () => {
  assertEquals(createAnswer("Paris"), { answer: "Paris", expectJson: false });
  assertEquals(createAnswer({ a: 1 }).answer, '{"a":1}');
  assertEquals(createAnswer("```json\n[1]\n```", true).answer, [1]);
  assertThrows(() => createAnswer("none", true), SyntaxError);
  assertEquals(getText(createAnswer([1], true)), "[1]");
  assertEquals(createAnswer(null).answer, null);
  assertEquals(createAnswer(7).answer, "7");
  assertEquals(createAnswer(null, true).answer, null);
  assertEquals(setAnswer(createAnswer(null, true), "[1]").answer, [1]);
  assertEquals(setAnswer(createAnswer("a"), [1]).answer, "[1]");
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

Deno.test("parsePython leaves thoughts and other languages out", () => {
  const block = "```python\nyes\n```";
  assertEquals(parsePython(`\`\`\`pyramid\nno\n\`\`\`\n${block}`), "yes\n");
  assertEquals(parsePython(`\`\`\`py\nno\n\`\`\`\n</think>${block}`), "yes\n");
  assertEquals(parsePython("<think>```py\nno"), "<think>```py\nno");
  assertEquals(parsePython("```python3\r\nx\r\n```"), "x\r\n");
  assertEquals(parsePython("Run ```python print(1)``` now"), "print(1)");
  assertEquals(
    parsePython('```python\nx = "```"\ny\n```'),
    'x = "```"\ny\n',
  );
});

Deno.test("an answer survives the way to JSON and back", () => {
  for (const answer of [createAnswer("Paris"), createAnswer({ a: 1 }, true)]) {
    assertEquals(answerFromJson(answerToJson(answer)), answer);
  }
  assertEquals(answerFromJson({}), { answer: null, expectJson: false });
  assertThrows(() => answerFromJson("[]"), TypeError, "expected an object");
  assertThrows(
    () => answerFromJson({ expectJson: 1 }),
    TypeError,
    '"expectJson"',
  );
});

Deno.test("an answer keeps the tokens that a model of 1.4 counts", () => {
  const tokens = { input: 3, output: 5 };
  const read = answerFromJson({ answer: "a", expectJson: false, tokens });
  assertEquals(read.tokens, tokens);
  assertEquals(answerFromJson(answerToJson(read)), read);
  const old = { answer: "a", expectJson: false };
  for (const json of [old, { ...old, tokens: null }]) {
    assertEquals(answerFromJson(json), old);
  }
  assertThrows(() => answerFromJson({ ...old, tokens: 1 }), TypeError);
});
