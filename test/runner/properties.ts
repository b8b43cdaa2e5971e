/**
 * `deno task properties [--rounds=100] [--cases=1] [files…]`: the tests that
 * use fast-check, or some of them, again and again.
 *
 * Every round has a seed of its own, which follows from that of the run, and
 * every property tries as many times its usual cases as `--cases` says.
 *
 * @module
 */
import {
  CASES_LOG_VARIABLE,
  CASES_VARIABLE,
} from "../support/fast_check/seeded.ts";
import { readTree } from "../support/read_tree.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { SEED_VARIABLE, testSeed } from "../support/test_seed.ts";
import { runDeno } from "./deno_process.ts";
import { print, since } from "./report.ts";
import { failuresIn } from "./suite.ts";
import { tallyOf } from "./tally.ts";

const { rounds, cases, files } = await readArguments(Deno.args);
const seed = testSeed();
print(`seed ${seed}`);
const start = performance.now();
await using folder = await tempFolder();
const log = `${folder.path}/cases`;
let failed = 0;
for (let round = 1; round <= rounds; round++) {
  const env = {
    [SEED_VARIABLE]: `${seed}.${round}`,
    [CASES_VARIABLE]: `${cases}`,
    [CASES_LOG_VARIABLE]: log,
  };
  const { code, output } = await runDeno(
    ["test", "--allow-all", "--quiet", "--no-check", "--parallel", ...files],
    { env, timeoutMs: 3_600_000 },
  );
  const tally = tallyOf(output, code);
  if (tally.failed > 0) {
    failed++;
    // A process that crashed explains nothing but by its code.
    print(`${SEED_VARIABLE}=${env[SEED_VARIABLE]} fails with code ${code}:`);
    print(failuresIn(output));
  } else if (round % 10 === 0) print(`${round} rounds (${since(start)})`);
}
const tried = (await Deno.readTextFile(log)).trim().split("\n")
  .reduce((sum, line) => sum + Number(line), 0);
print(
  `${rounds} rounds of ${files.length} files, ${tried} cases, ` +
    `${failed} rounds failed (${since(start)})`,
);
Deno.exit(failed === 0 ? 0 : 1);

async function readArguments(args: readonly string[]): Promise<{
  readonly rounds: number;
  readonly cases: number;
  readonly files: readonly string[];
}> {
  const numbers = new Map([["rounds", 100], ["cases", 1]]);
  const named: string[] = [];
  for (const argument of args) {
    const [, name = "", value] = /^--(\w+)=(\d+)$/.exec(argument) ?? [];
    if (numbers.has(name)) numbers.set(name, Number(value));
    else if (!argument.startsWith("-")) named.push(argument);
    else throw new Error(`Unknown option: ${argument}`);
  }
  return {
    rounds: numbers.get("rounds")!,
    cases: numbers.get("cases")!,
    files: named.length > 0 ? named : await propertyFiles(),
  };
}

/** The files of the quick tests that have properties. */
async function propertyFiles(): Promise<readonly string[]> {
  const folders = ["property", "unit", "behaviour", "engine"];
  const files = await readTree(folders.map((name) => `test/${name}`));
  return [...files].filter(([path, text]) =>
    path.endsWith("_test.ts") && / from "fast-check";/.test(text)
  ).map(([path]) => path);
}
