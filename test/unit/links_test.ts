// deno-lint-ignore-file no-console -- a warning is part of what is tested
import * as a from "@std/assert";
import { parse } from "@std/dotenv/parse";

// The stand-ins are judged with nothing but `if` and `throw`: an assertion
// that never fails would pass every test written with itself.

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Expected: ${what}`);
}

function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    check(
      error instanceof a.AssertionError,
      `an AssertionError, not ${error}`,
    );
    return (error as Error).message;
  }
  throw new Error(`Expected to fail: ${assertion}`);
}

function sameJson(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(a === b, `${b}, not ${a}`);
}

class Point {
  readonly x: number;

  constructor(x: number) {
    this.x = x;
  }
}

function cycle(name: string): Record<string, unknown> {
  const record: Record<string, unknown> = { name };
  record.self = [record];
  return record;
}

const EQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["numbers", 1, 1],
  ["NaN", NaN, NaN],
  ["zeros of either sign", 0, -0],
  ["nested records in any order", { a: [1, { b: 2 }], c: 3 }, {
    c: 3,
    a: [1, { b: 2 }],
  }],
  ["a record without a prototype", Object.create(null), {}],
  ["dates", new Date(7), new Date(7)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["expressions", /a/g, /a/g],
  ["addresses", new URL("http://a/"), new URL("http://a")],
  ["errors", new TypeError("a"), new TypeError("a")],
  ["typed arrays", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["sets in any order", new Set([1, "a"]), new Set(["a", 1])],
  [
    "sets of records",
    new Set([{ a: 1 }, { b: 2 }]),
    new Set([{ b: 2 }, {
      a: 1,
    }]),
  ],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
  [
    "maps with records for keys",
    new Map([[{ a: 1 }, 1], [{ b: 1 }, 2]]),
    new Map([[{ b: 1 }, 2], [{ a: 1 }, 1]]),
  ],
  ["instances", new Point(1), new Point(1)],
  ["cycles", cycle("a"), cycle("a")],
  ["symbol keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 1 }],
  ["boxes", new Number(1), new Number(1)],
];

const UNEQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["a missing and an undefined property", {}, { a: undefined }],
  ["other names", { a: undefined }, { b: undefined }],
  ["an array and a record", [], {}],
  ["arrays with a hole less", [, 1], [undefined, 1]],
  ["longer arrays", [1], [1, 2]],
  ["dates", new Date(7), new Date(8)],
  ["expressions", /a/g, /a/i],
  ["error messages", new Error("a"), new Error("b")],
  ["error classes", new Error("a"), new TypeError("a")],
  [
    "error causes",
    new Error("a", { cause: 1 }),
    new Error("a", { cause: 2 }),
  ],
  ["typed arrays", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["kinds of typed arrays", new Uint8Array([1]), new Int8Array([1])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  ["sets", new Set([1]), new Set([2])],
  [
    "sets of records",
    new Set([{ a: 1 }, { a: 1 }]),
    new Set([{ a: 1 }, {
      a: 2,
    }]),
  ],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["map keys", new Map([["a", undefined]]), new Map([["b", undefined]])],
  ["an instance and a record", new Point(1), { x: 1 }],
  ["cycles", cycle("a"), cycle("b")],
  ["functions", () => 1, () => 1],
];

for (const [name, left, right] of EQUAL) {
  Deno.test(`equal() accepts ${name}`, () => {
    check(a.equal(left, right) && a.equal(right, left), "equality");
    a.assertEquals(left, right);
    failure(() => a.assertNotEquals(left, right));
  });
}

for (const [name, left, right] of UNEQUAL) {
  Deno.test(`equal() tells apart ${name}`, () => {
    check(!a.equal(left, right) && !a.equal(right, left), "a difference");
    a.assertNotEquals(left, right);
    failure(() => a.assertEquals(left, right));
  });
}

Deno.test("assertEquals() shows the lines that differ, and few others", () => {
  const left = Array.from({ length: 50 }, (_, at) => `line ${at}`);
  const right = left.with(25, "changed");
  const text = failure(() => a.assertEquals(left, right, "why"));
  check(text.includes(`-     "line 25"`), `the actual line in ${text}`);
  check(text.includes(`+     "changed"`), `the expected line in ${text}`);
  check(text.includes("why"), "the caller's words");
  check(!text.includes("line 10"), "no lines far away");
});

Deno.test("basic assertions accept and refuse", () => {
  a.assert(1);
  check(failure(() => a.assert(0, "why")) === "why", "the caller's words");
  a.assertFalse("");
  failure(() => a.assertFalse("a"));
  a.assertExists(0);
  failure(() => a.assertExists(null));
  failure(() => a.assertExists(undefined));
  a.assertStrictEquals(NaN, NaN);
  failure(() => a.assertStrictEquals(0, -0));
  failure(() => a.assertStrictEquals({}, {}));
  a.assertNotStrictEquals({}, {});
  failure(() => a.assertNotStrictEquals(1, 1));
  a.assertInstanceOf(new Point(1), Point);
  check(
    failure(() => a.assertInstanceOf(1, Point)).includes("Point"),
    "the class's name",
  );
  a.assertNotInstanceOf(1, Point);
  failure(() => a.assertNotInstanceOf(new Point(1), Point));
  a.assertMatch("abc", /b/);
  failure(() => a.assertMatch("abc", /d/));
  a.assertNotMatch("abc", /d/);
  failure(() => a.assertNotMatch("abc", /b/));
  a.assertStringIncludes("abc", "bc");
  failure(() => a.assertStringIncludes("abc", "cb"));
  a.assertArrayIncludes([1, { a: 1 }], [{ a: 1 }]);
  failure(() => a.assertArrayIncludes([1, 2], [2, 3]));
  failure(() => a.fail());
  failure(() => a.unreachable());
});

Deno.test("comparisons accept and refuse", () => {
  a.assertGreater(2, 1);
  failure(() => a.assertGreater(1, 1));
  a.assertGreaterOrEqual(1, 1);
  failure(() => a.assertGreaterOrEqual(0, 1));
  a.assertLess(1, 2);
  failure(() => a.assertLess(1, 1));
  a.assertLessOrEqual(1, 1);
  failure(() => a.assertLessOrEqual(2, 1));
  failure(() => a.assertLess(NaN, 1));
  a.assertAlmostEquals(0.1 + 0.2, 0.3);
  a.assertAlmostEquals(10, 11, 1);
  failure(() => a.assertAlmostEquals(10, 11));
  failure(() => a.assertAlmostEquals(NaN, 1));
});

Deno.test("assertObjectMatch() asks only for what is expected", () => {
  const match = a.assertObjectMatch;
  match({ a: 1, b: { c: [{ d: 1, e: 2 }], f: 1 } }, { b: { c: [{ d: 1 }] } });
  match({ at: new Date(1), to: new Point(2) }, { at: new Date(1) });
  match({ to: new Point(2) }, { to: { x: 2 } });
  match(cycle("a"), { self: [{ name: "a" }] });
  failure(() => match({ a: 1 }, { a: 2 }));
  failure(() => match({ a: 1 }, { b: undefined }));
  failure(() => match({ a: [1, 2] }, { a: [1] }));
  failure(() => match({ a: new Map([["b", 1]]) }, { a: new Map() }));
  failure(() => match({ to: { x: 2 } }, { to: new Point(2) }));
});

Deno.test("assertThrows() returns the error it asked for", () => {
  const error = new TypeError("out of range");
  const raise = () => {
    throw error;
  };
  check(a.assertThrows(raise) === error, "the error");
  check(a.assertThrows(raise, TypeError, "range") === error, "the error");
  check(a.assertThrows(raise, Error) === error, "a subclass counts");
  failure(() => a.assertThrows(raise, RangeError));
  failure(() => a.assertThrows(raise, TypeError, "else"));
  check(
    failure(() => a.assertThrows(() => 1, "why")).includes("why"),
    "the caller's words",
  );
  failure(() =>
    a.assertThrows(() => {
      throw "text";
    }, Error)
  );
});

Deno.test("assertRejects() returns the error it asked for", async () => {
  const error = new TypeError("out of range");
  const reject = () => Promise.reject(error);
  check(await a.assertRejects(reject) === error, "the error");
  check(
    await a.assertRejects(reject, TypeError, "range") === error,
    "the error",
  );
  for (
    const refused of [
      () => a.assertRejects(reject, RangeError),
      () => a.assertRejects(reject, TypeError, "else"),
      () => a.assertRejects(() => Promise.resolve(1)),
      () => a.assertRejects(() => Promise.reject("text"), Error),
      () =>
        a.assertRejects(() => {
          throw error;
        }),
      () => a.assertRejects((() => 1) as unknown as () => Promise<unknown>),
    ]
  ) {
    const outcome = await refused().catch((reason: unknown) => reason);
    check(
      outcome instanceof a.AssertionError,
      `a refusal, not ${outcome}`,
    );
  }
});

Deno.test("assertIsError() looks at class and message", () => {
  a.assertIsError(new TypeError("abc"), Error, "bc");
  a.assertIsError(new TypeError("abc"), TypeError, /^a/);
  failure(() => a.assertIsError("text"));
  failure(() => a.assertIsError(new Error("abc"), TypeError));
  failure(() => a.assertIsError(new Error("abc"), Error, /^b/));
});

Deno.test("parse() reads names, quotes, comments and escapes", () => {
  sameJson(
    parse(
      "\uFEFFA=1\r\n# no\nexport B = two words # note\n" +
        "C='a\\n#b' # note\nD=\"a\\n#b\\t\"\nE=\nF=\"two\nlines\"\nG='\nx\n'\n" +
        "nothing\n=x\nA=2\nH=\"open\nI='a'b",
    ),
    {
      A: "2",
      B: "two words",
      C: "a\\n#b",
      D: "a\n#b\t",
      E: "",
      F: "two\nlines",
      G: "x",
      H: '"open',
      I: "a",
    },
  );
});

Deno.test("parse() expands references in values without quotes", () => {
  sameJson(
    parse(
      "A=1\nB=${A}2\nC=$B\nD='$A'\nE=\"$A\"\nF=${NOT_THERE:-x}\nG=\\$A\n" +
        "H=$H",
    ),
    {
      A: "1",
      B: "12",
      C: "12",
      D: "$A",
      E: "$A",
      F: "x",
      G: "\\$A",
      H: "$H",
    },
  );
});

Deno.test("parse() skips names that are no identifiers", () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => warnings.push(text);
  try {
    sameJson(parse("1A=x\nB=y"), { B: "y" });
  } finally {
    console.warn = warn;
  }
  check(warnings.length === 1 && warnings[0]!.includes("1A"), "one warning");
});
