import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  createAnswer,
  getJson,
  getText,
  isJson,
  type JsonValue,
  parseJson,
  parsePython,
} from "../../schema/mod.ts";

/** Texts that look like what is around values. */
const nasty = fc.constantFrom(
  "```",
  "```json\n{}\n```",
  "<think>",
  "</think>",
  '{"a":1}',
  "[",
  "}",
  '"',
  "\\",
  "\n",
  "\u2028",
);
const text = fc.oneof(fc.string({ unit: "binary" }), nasty);
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ node: JsonValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>,
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(text, tie("node"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node;
const structure = json.filter((value) =>
  typeof value === "object" && value !== null
);

/** Prose: anything but what opens a value, a block or a thought. */
const words = fc.string({ unit: "binary", maxLength: 30 })
  .map((it) => it.replace(/[[{`<]/g, "."));
/** Brackets that prose has, none of them JSON. */
const brackets = fc.constantFrom(
  "",
  "{name}",
  "[see below]",
  "[0, 1)",
  "{ x }}",
  "[link](url)",
  '{"quoted"}',
  "{x | x > 0}",
);
const prose = fc.tuple(words, brackets, words).map((it) => it.join(" "));
const block = fc.constantFrom(
  "",
  "```js\nif (a[0]) { b(); }\n```",
  "```\n$ ls [a-z]\n```",
);
const before = fc.tuple(prose, block).map((it) => it.join("\n"));
const after = fc.tuple(block, prose).map((it) => it.join("\n"));
/** Thoughts, with drafts that must not count. */
const thought = fc.oneof(
  fc.constant(""),
  fc.tuple(words, json).map(([hm, draft]) =>
    `<think>${hm}\n\`\`\`json\n${
      JSON.stringify(draft).replaceAll("</think>", "")
    }\n\`\`\`\n</think>`
  ),
  words.map((hm) => `${hm} {"draft": true} </think>`),
);
const fence = fc.constantFrom<(json: string) => string>(
  (json) => "```json\n" + json + "\n```",
  (json) => "```JSON\r\n" + json + "\r\n```",
  (json) => "```json " + json + "```",
  (json) => "````md\n```json\n" + json + "\n```\n````",
);
const indent = fc.constantFrom(0, 2);

/** An answer with brackets at both ends is taken for one value, if broken. */
function isOneValue(front: string, back: string): boolean {
  return /^\s*[{[]/.test(front) && /[}\])]\s*$/.test(back);
}

Deno.test("JSON by itself is read as it is, whatever its texts speak of", () => {
  fc.assert(fc.property(json, indent, fc.constantFrom("", "\uFEFF", "\n "), (
    value,
    space,
    edge,
  ) => {
    const written = JSON.stringify(value, null, space);
    const read: unknown = JSON.parse(written);
    assertEquals(parseJson(edge + written + edge), read);
    assertEquals(getJson(written), read);
    assertEquals(isJson(written), true);
  }));
});

Deno.test("parseJson finds the value of a fence, whatever is around it", () => {
  const property = fc.property(
    json,
    indent,
    thought,
    before,
    fence,
    after,
    (value, space, think, front, wrap, back) => {
      const written = JSON.stringify(value, null, space);
      fc.pre(!isOneValue(front, back));
      const answer = `${think}\n${front}\n${wrap(written)}\n${back}`;
      assertEquals(parseJson(answer), JSON.parse(written));
      assertEquals(getJson(answer), JSON.parse(written));
    },
  );
  fc.assert(property, { numRuns: 300 });
});

Deno.test("parseJson finds the value in prose, if it is an object or array", () => {
  const property = fc.property(
    structure,
    indent,
    thought,
    before,
    after,
    (value, space, think, front, back) => {
      const written = JSON.stringify(value, null, space);
      fc.pre(!isOneValue(front, back));
      const answer = `${think}\n${front} ${written} ${back}`;
      assertEquals(parseJson(answer), JSON.parse(written));
    },
  );
  fc.assert(property, { numRuns: 300 });
});

Deno.test("no piece of a value that is cut off is taken for the value", () => {
  fc.assert(fc.property(structure, fc.nat(), prose, (value, cut, front) => {
    const written = JSON.stringify(value);
    const part = written.slice(0, 1 + cut % (written.length - 1));
    const words = front.replace(/[[{]/g, ".");
    assertThrows(() => parseJson(`${words} ${part}`), SyntaxError);
  }));
});

const piece = fc.oneof(
  fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "```",
    "````",
    "json",
    "python",
    "<think>",
    "</think>",
    ":",
    ",",
    "1",
    "null",
    "\n",
    " ",
  ),
  fc.string(),
);
const soup = fc.array(piece, { size: "max", maxLength: 40 })
  .map((pieces) => pieces.join(""));

Deno.test("what is no JSON is a SyntaxError, and nothing else", () => {
  const property = fc.property(soup, (answer) => {
    let found = false;
    try {
      const value = parseJson(answer);
      assertEquals(JSON.parse(JSON.stringify(value)), value);
      found = true;
    } catch (error) {
      assertEquals((error as Error).name, "SyntaxError");
    }
    // Footnotes alone are for parseJson only.
    if (isJson(answer)) assertEquals(found, true);
    else assertEquals(getJson(answer), null);
  });
  fc.assert(property, { numRuns: 1_000 });
});

Deno.test("Python code is found in its block, thoughts and other blocks left out", () => {
  const code = fc.string({ unit: "binary" })
    .map((it) => it.replace(/[`<]/g, "."));
  const label = fc.constantFrom("python", "py", "Python", "python3");
  fc.assert(
    fc.property(before, code, label, after, (front, given, name, back) => {
      const answer = `<think>\`\`\`py\nno\n\`\`\`</think>${front}\n` +
        `\`\`\`${name}\n${given}\n\`\`\`\n${back}`;
      assertEquals(parsePython(answer), `${given}\n`);
    }),
  );
  fc.assert(fc.property(soup, (answer) => {
    assertEquals(answer.includes(parsePython(answer)), true);
  }));
});

Deno.test("an answer gives back what it was made of", () => {
  fc.assert(fc.property(json, (value) => {
    const plain: unknown = JSON.parse(JSON.stringify(value));
    const written = JSON.stringify(value);
    assertEquals(getJson(createAnswer(written, true)), plain);
    const text = typeof value === "string" ? value : written;
    assertEquals(getText(createAnswer(value)), value === null ? "" : text);
  }));
});
