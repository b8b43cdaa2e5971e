import { assertEquals, assertThrows } from "@std/assert";
import { parseRelaxedJson } from "../../schema/relaxed_json.ts";

/** What the grammar has besides JSON. */
const READ: Readonly<Record<string, readonly [text: string, value: unknown]>> =
  {
    "a quote in single quotes": ["'it\\'s'", "it's"],
    "double quotes in single quotes": ["'\"'", '"'],
    "every escape": ["'\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9'", '"\\/\b\f\n\r\té'],
    "names of all forms": ["{a: 1, 'b': 2, \"c\": 3, $_9: 4}", {
      a: 1,
      b: 2,
      c: 3,
      $_9: 4,
    }],
    "names that are constants": ["{true: 1, None: 2}", { true: 1, None: 2 }],
    "last commas": ["[1, {a: [],},]", [1, { a: [] }]],
    "comments wherever white space may be": [
      "/* a */ [ // b\n 1 /* c */ , /**/ 2 ] // d",
      [1, 2],
    ],
    "a slash in a string": ["'// no comment'", "// no comment"],
    "Python's constants": ["[True, False, None]", [true, false, null]],
    "a member called __proto__": [
      "{'__proto__': 1}",
      JSON.parse('{"__proto__":1}'),
    ],
  };

for (const [what, [text, value]] of Object.entries(READ)) {
  Deno.test(`parseRelaxedJson reads ${what}`, () => {
    assertEquals(parseRelaxedJson(text), value);
  });
}

Deno.test("parseRelaxedJson refuses what could mean two things", () => {
  for (
    const text of [
      "",
      "[1 2]",
      "{a 1}",
      "{a: b}",
      "{'it's': 1}",
      "['a\nb']",
      "['a",
      "[,]",
      "[1,,2]",
      "[01]",
      "[.5]",
      "[1.]",
      "[1a]",
      "[NaN]",
      "{1: 2}",
      "{a: 1",
      "[1]]",
      "/* [1]",
      "[1] /*",
      "['\\x']",
    ]
  ) assertThrows(() => parseRelaxedJson(text), SyntaxError, "relaxed");
});

Deno.test("parseRelaxedJson reads any nesting", () => {
  const depth = 100_000;
  let value = parseRelaxedJson("[".repeat(depth) + "]".repeat(depth));
  let levels = 0;
  while (Array.isArray(value)) {
    levels++;
    [value = null] = value;
  }
  assertEquals(levels, depth);
});
