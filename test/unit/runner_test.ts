import { tallyOfCheck } from "../runner/bench_check.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { lineCoverage, readLcov } from "../runner/coverage.ts";
import { runDeno } from "../runner/deno_process.ts";
import { domCheck } from "../runner/dom_check.ts";
import {
  addTallies,
  countsIn,
  doneIn,
  formatTally,
  leftOut,
  tallyOf,
} from "../runner/tally.ts";
import { tempFolder } from "../support/temp_folder.ts";

const SUMMARIES: readonly (readonly [string, number, string])[] = [
  ["ok | 12 passed | 0 failed (3s)\n", 0, "12 passed, 0 failed"],
  ["\nok | 2 passed (5 steps) | 0 failed (3s)\n", 0, "2 passed, 0 failed"],
  [
    "ok | 2 passed | 0 failed | 3 ignored (3s)\n",
    0,
    "2 passed, 0 failed, 3 skipped",
  ],
  [
    "FAILED | 1 passed (1 step) | 2 failed (1 step) | 1 ignored (1s)\n",
    1,
    "1 passed, 2 failed, 1 skipped",
  ],
  // a leak after the last test, a type error, no test at all, two summaries
  ["ok | 12 passed | 0 failed (3s)\n", 1, "12 passed, 1 failed"],
  ["error: Type checking failed.\n", 1, "0 passed, 1 failed"],
  ["ok | 0 passed | 0 failed (0ms)\n", 0, "0 passed, 1 failed"],
  ["", 0, "0 passed, 1 failed"],
  [
    "ok | 9 passed | 0 failed (1s)\nok | 1 passed | 0 failed (1s)\n",
    0,
    "1 passed, 0 failed",
  ],
];

for (const [output, code, expected] of SUMMARIES) {
  Deno.test(`tallyOf() reads ${JSON.stringify(output)} with exit code ${code}`, () => {
    assertEquals(formatTally(tallyOf(output, code)), expected);
  });
}

Deno.test("tallyOfCheck() counts the ratios, and a check that crashed as a failure", () => {
  const last = "bench:check: 30 passed, 3 failed";
  for (
    const [output, code, expected] of [
      [`deno: ping: 0.95, ok\n${last}\n`, 1, "30 passed, 3 failed"],
      ["bench:check: 33 passed, 0 failed\n", 0, "33 passed, 0 failed"],
      ["bench:check: 33 passed, 0 failed\n", 1, "33 passed, 1 failed"],
      ["bench:check: 0 passed, 0 failed\n", 0, "0 passed, 1 failed"],
      ["Error: no engine\n", 1, "0 passed, 1 failed"],
    ] as const
  ) assertEquals(formatTally(tallyOfCheck(output, code)), expected);
});

Deno.test("tallyOf() and leftOut() understand what deno test prints today", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await Deno.writeTextFile(
    `${folder}/a_test.js`,
    `Deno.test("a", async (t) => { await t.step("s", () => {}); });
     Deno.test("b", () => { throw new Error("b"); });
     Deno.test.ignore("c", () => {});
     Deno.test("d", async (t) => {
       await t.step({ name: "e", ignore: true, fn() {} });
     });`,
  );
  for (const flags of [[], ["--quiet", "--parallel"]]) {
    const args = ["test", ...flags, `${folder}/a_test.js`];
    const { code, output } = await runDeno(args);
    assertEquals(tallyOf(output, code), { passed: 2, failed: 1, skipped: 1 });
    // Four tests, and a step that is done.
    assert(doneIn(output) >= 3, output);
    assertEquals(leftOut(output), ["c", "e"]);
  }
});

Deno.test("countsIn() finds the steps that say how much was gone through", async () => {
  await using temp = await tempFolder();
  const file = `${temp.path}/a_test.js`;
  await Deno.writeTextFile(
    file,
    `Deno.test("a", async (t) => {
       await t.step("count: 12 texts", () => {});
       await t.step("other: 12", () => {});
     });`,
  );
  for (const flags of [[], ["--quiet", "--parallel"]]) {
    const { output } = await runDeno(["test", ...flags, file]);
    assertEquals(countsIn(output), ["count: 12 texts"]);
  }
});

Deno.test("addTallies() adds up, also nothing", () => {
  assertEquals(formatTally(addTallies([])), "0 passed, 0 failed");
  const run = { passed: 1, failed: 2, skipped: 3 };
  assertEquals(addTallies([run, run]), { passed: 2, failed: 4, skipped: 6 });
});

Deno.test("runDeno() keeps both streams and kills what takes too long", async () => {
  const code = `console.log("out"); console.error("err"); Deno.exit(3)`;
  const ended = await runDeno(["eval", code]);
  assertEquals(ended.code, 3);
  assertMatch(ended.output, /out/);
  assertMatch(ended.output, /err/);
  const killed = await runDeno(
    ["eval", `console.log("begun"); setInterval(() => {}, 1000)`],
    { timeoutMs: 500 },
  );
  assertEquals(killed.code, 124);
  assertMatch(killed.output, /Killed: not done after 0\.5 s/);
});

Deno.test("readLcov() counts lines and merges reports on one file", () => {
  const files = readLcov(
    "SF:/a.ts\nFN:1,f\nDA:1,2\nDA:2,0\nDA:3,0\nLH:1\nLF:3\nend_of_record\n" +
      "SF:/b.ts\nDA:1,0\nBRDA:1,1,0,5\nend_of_record\n" +
      "SF:/a.ts\nDA:2,1\nDA:3,0\nend_of_record\n",
  );
  assertEquals(files, [
    { path: "/a.ts", lines: 3, hit: 2 },
    { path: "/b.ts", lines: 1, hit: 0 },
  ]);
  assertEquals(lineCoverage(files), 50);
  assertEquals(lineCoverage([]), 100);
});

Deno.test("domCheck() accepts the web's globals and refuses Deno's and Node's", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const web = `${folder}/web.ts`;
  await Deno.writeTextFile(
    web,
    `export const socket: WebSocket = new WebSocket("ws://a");
     export const timer: number = setTimeout(() => {}, 1);`,
  );
  assertEquals(await domCheck([web]), { code: 0, output: "" });
  const other = `${folder}/other.ts`;
  await Deno.writeTextFile(
    other,
    `export const a: unknown = Deno.cwd();
     export const b: unknown = process.cwd();
     export const c: unknown = Buffer.from("");`,
  );
  const { code, output } = await domCheck([web, other]);
  assertEquals(code, 1);
  for (const line of [1, 2, 3]) {
    assertMatch(output, new RegExp(`other\\.ts:${line}:`));
  }
  assertNotMatch(output, /web\.ts|probe\.ts/);
});
