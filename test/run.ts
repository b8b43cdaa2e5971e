/**
 * What the tasks `check`, `test` and `ok` run.
 *
 * Everything is said in a line when it is well and in full when it is not. The
 * first line of `test` and `ok` is the seed that all chance follows from, the
 * last one `N passed, N failed`.
 *
 * @module
 */

import { check } from "./runner/check.ts";
import { print } from "./runner/report.ts";
import { quickTests, slowTests } from "./runner/suite.ts";
import { addTallies, formatTally, type Tally } from "./runner/tally.ts";
import { SEED_VARIABLE, testSeed } from "./support/test_seed.ts";

const USAGE = "Usage: deno task check | test [--keep=FILE] | ok [--after=FILE]";

/** Run one of the tasks; tells whether all is well. */
async function run(
  task: string | undefined,
  option: string | undefined,
): Promise<boolean> {
  const file = /^--(?:keep|after)=(.+)$/.exec(option ?? "")?.[1];
  const isKept = file !== undefined && option?.startsWith("--keep");
  const isAfter = file !== undefined && !isKept;
  if (task === "check" && option === undefined) {
    return await check({ docTests: true });
  }
  if (task === "test" && (option === undefined || isKept)) {
    printSeed();
    const tally = await quickTests(isKept === true);
    if (isKept) await Deno.writeTextFile(file, JSON.stringify(tally));
    return end(task, tally);
  }
  if (task === "ok" && (option === undefined || isAfter)) {
    printSeed();
    // The examples in the documentation are among the tests already.
    const isClean = await check({ docTests: false });
    // CI has run `test` first, and kept what it counted and covered.
    const before: Tally = isAfter
      ? JSON.parse(await Deno.readTextFile(file))
      : await quickTests(true);
    const tally = addTallies([before, await slowTests()]);
    if (!isClean) print("check: not clean, see above");
    return end(task, tally) && isClean;
  }
  print(USAGE);
  return false;
}

/** Choose the seed, which all tests inherit, and print it. */
function printSeed(): void {
  print(`seed ${testSeed()}`);
}

function end(task: string, tally: Tally): boolean {
  if (tally.failed > 0) {
    print(`${SEED_VARIABLE}=${testSeed()} deno task ${task} repeats this run`);
  }
  print(formatTally(tally));
  return tally.failed === 0;
}

const [task, option] = Deno.args;
Deno.exit(await run(task, option) ? 0 : 1);
