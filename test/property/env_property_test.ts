import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseEnv } from "../../lib/runtime/env.ts";
import { ENV_PARSERS } from "../support/env_parsers.ts";

/** A line of a file, and the variable in it, if any. */
interface Line {
  readonly text: string;
  readonly variable?: readonly [name: string, value: string];
}

// Values are made of what makes parsers disagree, and of everything else.
const salt = fc.constantFrom(
  ..."\"'`#$\\{}%=:; \t_\u2028",
  "${A}",
  "$A",
  "${A:-b}",
  "export ",
  "\\n",
  "%0027",
  " # ",
);
const word = fc.string({
  unit: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(..."abzABZ019_") },
    { weight: 2, arbitrary: salt },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 2 }) },
  ),
  maxLength: 12,
}).map((text) => text.replace(/[\r\n]/g, ""));
const trimmed = word.map((text) => text.trim());
const blank = fc.string({ unit: fc.constantFrom(" ", "\t"), maxLength: 3 });
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("A", "B", "ROCKETRIDE_URI") },
  {
    weight: 2,
    arbitrary: trimmed.map((text) => text.replaceAll("=", "").trim())
      .filter((text) => text !== "" && !text.startsWith("#"))
      // Whether a parser keeps it depends on the runtime.
      .filter((text) => text !== "__proto__"),
  },
);

/** A value as written and as meant. */
const quoted = fc.tuple(word, fc.constantFrom('"', "'"))
  .map(([text, quote]) => ({ raw: quote + text + quote, value: text }));
const lone = fc.constantFrom('"', "'")
  .map((quote) => ({ raw: quote, value: "" }));
const bare = trimmed.filter((text) => !/^(["']).*\1$|^["']$/s.test(text))
  .map((text) => ({ raw: text, value: text }));

const pair: fc.Arbitrary<Line> = fc.tuple(
  name,
  fc.oneof(quoted, lone, bare),
  fc.tuple(blank, blank, blank, blank),
).map(([name, { raw, value }, [a, b, c, d]]) => ({
  text: `${a}${name}${b}=${c}${raw}${d}`,
  variable: [name, value],
}));
const comment = fc.tuple(blank, word)
  .map(([indent, text]): Line => ({ text: `${indent}#${text}` }));
const nameless = fc.tuple(blank, word)
  .map(([indent, text]): Line => ({ text: `${indent}=${text}` }));
const wordless = word
  .map((text): Line => ({ text: text.replaceAll("=", "") }));
const line = fc.oneof(
  { weight: 6, arbitrary: pair },
  comment,
  nameless,
  wordless,
);
const file = fc.tuple(
  fc.constantFrom("", "\uFEFF"),
  fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r"))),
);

function expectationOf(lines: readonly Line[]): Record<string, string> {
  const model = new Map<string, string>();
  for (const { variable } of lines) {
    // Lines with other names are ignored, as those without any.
    if (variable && /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable[0])) {
      model.set(...variable);
    }
  }
  return Object.fromEntries(model);
}

for (const [parser, parse] of ENV_PARSERS) {
  Deno.test(`parseEnv() with ${parser} reads what was written`, () => {
    fc.assert(
      fc.property(file, ([mark, lines]) => {
        const text = mark +
          lines.map(([{ text }, end]) => text + end).join("");
        assertEquals(
          parseEnv(text, parse),
          expectationOf(lines.map(([line]) => line)),
        );
      }),
      { numRuns: 500 },
    );
  });
}

Deno.test("parseEnv() reads any text at all alike with all parsers", () => {
  const text = fc.string({
    unit: fc.oneof(salt, fc.constantFrom("\n", "\r", "A="), word),
  });
  fc.assert(
    fc.property(text, (text) => {
      const [first, ...others] = ENV_PARSERS.map(([, parse]) =>
        parseEnv(text, parse)
      );
      for (const other of others) assertEquals(other, first);
    }),
    { numRuns: 1000 },
  );
});
