import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { seedNumber, testSeed } from "../support/test_seed.ts";

/** Prints the seed, three values, and what a property fails with. */
const PROGRAM = `
import fc from "fast-check";
import { testSeed } from "./test/support/test_seed.ts";
let message = "";
try {
  fc.assert(fc.property(fc.nat(), (it) => it < 5));
} catch (error) {
  message = error.message;
}
const values = fc.sample(fc.string({ minLength: 9 }), 3);
console.log(JSON.stringify({ seed: testSeed(), values, message }));
`;

interface Printed {
  readonly seed: string;
  readonly values: readonly string[];
  readonly message: string;
}

async function run(env: Readonly<Record<string, string>>): Promise<Printed> {
  const args = ["eval", PROGRAM];
  const all = { TEST_CASES: "", ...env };
  return JSON.parse(await mustRun(Deno.execPath(), args, ROOT, all));
}

Deno.test("seedNumber() takes 32-bit numbers as they are, and hashes other words", () => {
  for (const number of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    assertEquals(seedNumber(`${number}`), number);
  }
  fc.assert(fc.property(fc.string(), (word) => {
    const number = seedNumber(word);
    assertEquals(number, number | 0);
    assertEquals(number, seedNumber(word));
  }));
  assertNotEquals(seedNumber("a"), seedNumber("b"));
  assertNotEquals(seedNumber("2147483648"), seedNumber("-2147483648"));
});

Deno.test("properties of this process have the seed of the run", () => {
  assertEquals(fc.readConfigureGlobal().seed, seedNumber(testSeed()));
});

Deno.test("one seed makes the same cases, and failures say how to repeat them", async () => {
  const [one, same, other] = await Promise.all([
    run({ TEST_SEED: "one" }),
    run({ TEST_SEED: "one" }),
    run({ TEST_SEED: "other" }),
  ]);
  assertEquals(one, same);
  assertNotEquals(one.values, other.values);
  assertMatch(one.message, /^Property failed after \d+ tests\n{ seed: /);
  assertMatch(one.message, /\nTEST_SEED=one in the environment repeats it$/);
  const more = await run({ TEST_SEED: "one", TEST_CASES: "20" });
  assertMatch(more.message, /\nTEST_SEED=one TEST_CASES=20 in the /);
});

Deno.test("TEST_CASES tries as many times the cases of each property", async () => {
  const program = `
import fc from "fast-check";
let cases = 0;
const property = fc.property(fc.nat(), () => { cases++; });
fc.assert(property);
fc.assert(property, { numRuns: 3 });
console.log(cases);
`;
  for (const [factor, cases] of [["", 103], ["7", 721]] as const) {
    const printed = await mustRun(Deno.execPath(), ["eval", program], ROOT, {
      TEST_CASES: factor,
    });
    assertEquals(printed, `${cases}\n`);
  }
});

Deno.test("the seed is the commit, the date without git, or a fresh one", async () => {
  const [commit, date, fresh, another] = await Promise.all([
    run({ TEST_SEED: "" }),
    run({ TEST_SEED: "", PATH: "" }),
    run({ TEST_SEED: "fresh" }),
    run({ TEST_SEED: "fresh" }),
  ]);
  assertMatch(commit.seed, /^[0-9a-f]{12}$|^\d{4}-\d\d-\d\d$/);
  assertMatch(date.seed, /^\d{4}-\d\d-\d\d$/);
  assertMatch(fresh.seed, /^[0-9a-z]{1,7}$/);
  assertNotEquals(fresh.seed, another.seed);
});
