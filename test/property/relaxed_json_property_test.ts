import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonrepair } from "jsonrepair";
import type { JsonValue } from "../../schema/json.ts";
import { parseJson } from "../../schema/parse_json.ts";
import { parseRelaxedJson, RelaxedReader } from "../../schema/relaxed_json.ts";

/** How one value is written; each place draws its own. */
interface Hand {
  readonly single: boolean;
  readonly bare: boolean;
  readonly comma: boolean;
  readonly python: boolean;
  readonly gap: string;
}

const hand: fc.Arbitrary<Hand> = fc.record({
  single: fc.boolean(),
  bare: fc.boolean(),
  comma: fc.boolean(),
  python: fc.boolean(),
  gap: fc.constantFrom("", " ", "\n\t", "// so\n", "/* {'[*/", "/***/"),
});

/** A value as a hand would write it. */
function written(value: JsonValue, hands: Iterator<Hand>): string {
  const { single, bare, comma, python, gap } = hands.next().value;
  if (typeof value === "string") return quoted(value, single);
  if (value === null) return python ? "None" : "null";
  if (typeof value === "boolean") {
    const word = String(value);
    return python ? word[0]!.toUpperCase() + word.slice(1) : word;
  }
  if (typeof value === "number") return JSON.stringify(value);
  const list = Array.isArray(value);
  const items = list
    ? value.map((it) => written(it, hands))
    : Object.entries(value).map(([name, it]) => {
      const plain = bare && /^[A-Za-z_$][\w$]*$/.test(name);
      const key = plain ? name : quoted(name, single);
      return `${key}${gap}:${gap}${written(it ?? null, hands)}`;
    });
  const last = comma && items.length > 0 ? "," : "";
  const inner = gap + items.join(`${gap},${gap}`) + last + gap;
  return list ? `[${inner}]` : `{${inner}}`;
}

function quoted(text: string, single: boolean): string {
  const json = JSON.stringify(text);
  if (!single) return json;
  const inner = json.slice(1, -1).replaceAll('\\"', '"');
  return `'${inner.replaceAll("'", "\\'")}'`;
}

const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
/** The repairing parser takes marks in strings for missing quotes. */
const calm = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>("ab c", "x", "", true, false, null, 0, -1.5e-7),
    fc.array(tie("value")),
    fc.dictionary(fc.constantFrom("a", "b_2", "c d", "$"), tie("value")),
  ),
})).value;
const hands = fc.array(hand, { minLength: 1, maxLength: 20 });

function* again<T>(values: readonly T[]): Generator<T> {
  for (;;) yield* values;
}

Deno.test("what is written in any of the relaxed forms is read as it was meant", () => {
  fc.assert(
    fc.property(value, hands, (value, hands) => {
      const text = written(value, again(hands));
      const meant: unknown = JSON.parse(JSON.stringify(value));
      assertEquals(parseRelaxedJson(text), meant);
    }),
    { numRuns: 500 },
  );
});

Deno.test("the relaxed grammar and a repairing parser agree on objects and arrays", () => {
  fc.assert(
    fc.property(fc.array(calm), hands, (value, hands) => {
      const text = written(value, again(hands));
      assertEquals(parseRelaxedJson(text), JSON.parse(jsonrepair(text)));
    }),
    { numRuns: 300 },
  );
});

const soup = fc.array(
  fc.constantFrom(
    ..."{}[]:,'\"\\/*\n ",
    "a",
    "1",
    "-2.5e3",
    "True",
    "None",
    "null",
    "'b'",
    '"c"',
    "// d\n",
  ),
  { maxLength: 24 },
).map((pieces) => pieces.join(""));

/** Whether a string or a name in it has a mark of the grammar. */
function hasMarks(value: unknown): boolean {
  if (typeof value === "string") return /[^\w .$-]/.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).flat().some(hasMarks);
}

Deno.test("what the relaxed grammar accepts is what a repairing parser makes of it", () => {
  let accepted = 0;
  fc.assert(
    fc.property(soup, (text) => {
      let value: unknown;
      try {
        value = parseRelaxedJson(text);
      } catch (error) {
        assertEquals((error as Error).name, "SyntaxError");
        return;
      }
      // The repairing parser takes this for a whole comment.
      if (hasMarks(value) || text.includes("/*/")) return;
      accepted++;
      assertEquals(value, JSON.parse(jsonrepair(text)));
    }),
    { numRuns: 20_000 },
  );
  assertEquals(accepted > 100, true);
});

const branch = fc.oneof(
  fc.array(calm, { minLength: 2 }),
  fc.dictionary(fc.constantFrom("a", "b_2", "c d"), calm, { minKeys: 2 }),
) as fc.Arbitrary<JsonValue>;

/** The JSON texts of all objects and arrays in a value. */
function partsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value)
    .flatMap((part) => [JSON.stringify(part), ...partsOf(part)])
    .filter((text) => /^[[{]/.test(text));
}

Deno.test("a broken value is never answered with a part of it", () => {
  const mark = fc.constantFrom("", ..."{}[]:,'\"\\/x");
  const around = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => `<think>hm</think>\n${text}\n`,
    (text) => `Here:\n\`\`\`json\n${text}\n\`\`\`\nDone.`,
  );
  fc.assert(
    fc.property(
      branch,
      hands.filter((all) => all.every(({ gap }) => !gap.includes("/*"))),
      fc.nat(),
      mark,
      fc.boolean(),
      around,
      (value, hands, place, mark, replaces, around) => {
        const text = written(value, again(hands));
        // What is between the outer brackets gets broken.
        const at = 1 + place % (text.length - 1);
        const broken = text.slice(0, at) + mark +
          text.slice(replaces ? Math.min(at + 1, text.length - 1) : at);
        // Brackets in comments cannot be told from those of the value.
        if (/\/\/.*[[\]{}]/.test(broken)) return;
        // A bracket that is closed at once, or lost, leaves another whole value.
        if (new RelaxedReader(broken).scan(0).valid) return;
        let found: JsonValue;
        try {
          found = parseJson(around(broken));
        } catch {
          return;
        }
        const answer = JSON.stringify(found);
        if (answer === JSON.stringify(value)) return;
        assertEquals(partsOf(value).includes(answer), false, broken);
      },
    ),
    { numRuns: 2_000 },
  );
});
