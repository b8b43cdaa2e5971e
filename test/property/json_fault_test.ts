import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonFault } from "../../lib/runtime/read_json.ts";

/** Whether a text is JSON, as the runtime's parser sees it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("JSON has no fault, however it is laid out", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
      assertEquals(jsonFault(JSON.stringify(value, null, indent)), undefined);
    }),
  );
});

Deno.test("what is found in a text that was changed agrees with the parser", () => {
  const piece = fc.constantFrom(
    ...'{}[],:"\\ \n0-1.e+truefalsn',
    "\\u00g",
    "01",
  );
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.nat(),
      fc.nat(2),
      piece,
      (value, place, removed, added) => {
        const json = JSON.stringify(value);
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + added + json.slice(at + removed);
        const fault = jsonFault(text);
        assertEquals(fault === undefined, isJson(text), text);
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("a fault is where a reader finds it", () => {
  const faults: readonly (readonly [string, number, number])[] = [
    ["", 1, 1],
    ['{\n "source": "in",\n "components": [}\n', 3, 17],
    ['{"a": 1,}', 1, 9],
    ["[1 2]", 1, 4],
    ["{a: 1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ["[1]\r\n// note", 2, 1],
    ['{"a": "b', 1, 7],
    ['"a\nb"', 1, 1],
    ["[01]", 1, 2],
    ["[[1]", 1, 5],
  ];
  for (const [text, line, column] of faults) {
    assertEquals(jsonFault(text), { line, column }, text);
  }
});
