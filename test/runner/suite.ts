import { benchCheck } from "./bench_check.ts";
import { conformance } from "../conformance/conformance.ts";
import { oneSeed } from "../peer/one_seed.ts";
import { type FileCoverage, lineCoverage, readLcov } from "./coverage.ts";
import { runDeno } from "./deno_process.ts";
import { announce, print, since } from "./report.ts";
import {
  addTallies,
  countsIn,
  doneIn,
  formatTally,
  leftOut,
  type Tally,
  tallyOf,
} from "./tally.ts";
import { quickRuns, slowRuns, type TestRun } from "./test_runs.ts";

/** Where coverage data go; kept afterwards, for whoever wants details. */
const FOLDER = "coverage";

/** The share of the lines of `lib/` and `schema/` that must run, in per cent. */
const MIN_LINE_COVERAGE = 90;

/** How many of the files with the most lines that did not run are named. */
const WORST = 5;

/**
 * Run the tests that need nothing but Deno: unit, property, behaviour, engine
 * and documentation tests.
 *
 * @param measured Whether to measure what they cover, for {@linkcode slowTests}.
 */
export async function quickTests(measured: boolean): Promise<Tally> {
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {
    // there was none
  });
  return await runAll(await quickRuns(measured ? FOLDER : undefined));
}

/**
 * Run all other tests, the behaviour suite against the faithful peer, the cases
 * of conformance in every runtime and the benchmarks' check, and report what
 * {@linkcode quickTests} has covered.
 *
 * Too little coverage counts as one more failure.
 */
export async function slowTests(): Promise<Tally> {
  const tests = await runAll(await slowRuns());
  const peer = await oneSeed();
  const cases = await conformance();
  const ratios = await benchCheck();
  const covered = await reportCoverage();
  const coverage = { passed: 0, failed: covered ? 0 : 1, skipped: 0 };
  return addTallies([tests, peer, cases, ratios, coverage]);
}

async function runAll(runs: readonly TestRun[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const { name, args } of runs) {
    const progress = announce(name);
    const start = performance.now();
    let done = 0;
    const { code, output } = await runDeno(args, {
      onOutput(text): void {
        done += doneIn(text);
        progress(`${done}`);
      },
    });
    const tally = tallyOf(output, code);
    tallies.push(tally);
    print(`${formatTally(tally)} (${since(start)})`);
    for (const name of leftOut(output)) print(`left out: ${name}`);
    for (const line of countsIn(output)) print(line);
    if (tally.failed > 0) print(failuresIn(output));
  }
  return addTallies(tallies);
}

/** What a run printed, from where it begins to explain its failures. */
export function failuresIn(output: string): string {
  const at = output.search(/^ *ERRORS *$/m);
  return output.slice(Math.max(at, 0)).trim();
}

async function reportCoverage(): Promise<boolean> {
  const { code, output } = await runDeno([
    "coverage",
    "--quiet",
    "--lcov",
    `--output=${FOLDER}/lcov.info`,
    "--include=/(lib|schema)/",
    // The command and the page run in processes and browsers of their own.
    "--exclude=/test/|/lib/(cli|page)/",
    FOLDER,
  ]);
  if (code !== 0) {
    print(output.trimEnd());
    return false;
  }
  const root = Deno.cwd() + "/";
  const files = readLcov(await Deno.readTextFile(`${FOLDER}/lcov.info`))
    .filter(({ path }) => /^(lib|schema)\//.test(path.replace(root, "")))
    .map((file) => ({ ...file, path: file.path.replace(root, "") }));
  const share = lineCoverage(files);
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  print(
    `line coverage of lib/ and schema/: ${
      share.toFixed(1)
    } % of ${lines} lines in ${files.length} files`,
  );
  for (const line of worst(files)) print(line);
  if (files.length > 0 && share >= MIN_LINE_COVERAGE) return true;
  print(`Line coverage is below ${MIN_LINE_COVERAGE} %`);
  return false;
}

function worst(files: readonly FileCoverage[]): string[] {
  return files.filter(({ lines, hit }) => hit < lines)
    .sort((a, b) => (b.lines - b.hit) - (a.lines - a.hit))
    .slice(0, WORST)
    .map(({ path, lines, hit }) => `  ${path}: ${hit} of ${lines} lines`);
}
