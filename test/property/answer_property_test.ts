import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseJson } from "../../schema/parse_json.ts";

const value = fc.oneof(
  fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
  fc.array(fc.jsonValue(), { minLength: 1 }),
);
const prose = fc.constantFrom("", "Sure, here it is:", "Done.", "Two\nlines");
const thought = fc.constantFrom(
  "",
  "<think>Hm.</think>\n",
  "<think>```json\n[0, 0]\n```</think>\n",
);
const wrapping = fc.constantFrom<(json: string) => string>(
  (json) => json,
  (json) => "```json\n" + json + "\n```",
  (json) => "```\n" + json + "\n```",
  (json) => "```JSON " + json + "```",
);

Deno.test("parseJson finds the value in whatever a model puts around it", () => {
  fc.assert(fc.property(
    value,
    fc.constantFrom(0, 2),
    thought,
    prose,
    wrapping,
    prose,
    (given, indent, think, before, wrap, after) => {
      const json = JSON.stringify(given, null, indent);
      const text = `${think}${before}\n${wrap(json)}\n${after}`;
      assertEquals(parseJson(text), JSON.parse(json));
    },
  ));
});

Deno.test("parseJson throws nothing but a SyntaxError", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      "```",
      "json",
      "<think>",
      "</think>",
      ":",
      "1",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { size: "max", maxLength: 40 }), (pieces) => {
      try {
        parseJson(pieces.join(""));
      } catch (error) {
        assertEquals(error instanceof SyntaxError, true);
      }
    }),
  );
});
