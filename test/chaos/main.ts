/**
 * `deno task chaos [--cases=10000] [--seed=…] [--filter=…]`: run the table of
 * faults until there were so many cases, and print it.
 *
 * @module
 */

import { runDeno } from "../runner/deno_process.ts";
import { print, since } from "../runner/report.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { freshSeed } from "../support/test_seed.ts";
import type { Outcome } from "./cases.ts";
import { OPERATIONS } from "./operations.ts";
import { type Kind, KINDS, promised } from "./promises.ts";

/** What CI runs. */
const FILES = [
  "engine_table",
  "peer_table",
  "every_byte",
  "every_byte_of_send",
].map((name) => `test/chaos/${name}_test.ts`);
/** How long a round may take, in milliseconds. */
const ROUND_MS = 3_600_000;
/** How many failures are shown. */
const SHOWN = 20;

const options = new Map(
  Deno.args.map((argument) => {
    const [, name = argument, value = ""] =
      /^--([a-z]+)=(.*)$/.exec(argument) ?? [];
    return [name, value];
  }),
);
const wanted = Number(options.get("cases") ?? 10_000);
const filter = options.get("filter");

const start = performance.now();
const outcomes: Outcome[] = [];
/** Failures of whole tests, such as leaks that the sanitizers find. */
const broken: string[] = [];
while (outcomes.length < wanted) {
  const seed = outcomes.length === 0 && options.get("seed") ||
    freshSeed();
  const before = outcomes.length;
  await round(seed);
  print(`seed ${seed}: ${outcomes.length} cases (${since(start)})`);
  if (outcomes.length === before) break;
}

const failures = outcomes.flatMap(({ failure }) => failure ?? []);
print("");
for (const line of table()) print(line);
print("");
print(`${outcomes.length} cases, ${failures.length} failed`);
for (const text of failures.slice(0, SHOWN)) print(text);
for (const text of broken.slice(0, SHOWN)) print(text);
Deno.exit(failures.length + broken.length === 0 ? 0 : 1);

/** Run what CI runs once, with a seed of its own. */
async function round(seed: string): Promise<void> {
  await using folder = await tempFolder();
  const report = `${folder.path}/outcomes.jsonl`;
  const { code, output } = await runDeno([
    "test",
    "--allow-all",
    "--quiet",
    "--no-check",
    "--parallel",
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...FILES,
  ], { env: { TEST_SEED: seed, CHAOS_REPORT: report }, timeoutMs: ROUND_MS });
  const lines = await Deno.readTextFile(report).catch(() => "");
  const own = lines.split("\n").filter(Boolean)
    .map((line): Outcome => JSON.parse(line));
  outcomes.push(...own);
  if (code !== 0 && own.every(({ failure }) => failure === undefined)) {
    broken.push(`seed ${seed}: ${output.slice(output.indexOf(" ERRORS "))}`);
  }
}

/** Each kind and operation: what is promised, cases run, and failures. */
function table(): string[] {
  const rows = KINDS.flatMap((kind) =>
    OPERATIONS.map(({ name }) => [
      kind,
      name,
      words(kind, name),
      `${count(kind, name)}`,
      `${count(kind, name, true)}`,
    ])
  );
  const head = ["fault", "operation", "promised", "cases", "failed"];
  const all = [head, ...rows];
  const widths = head.map((_, at) =>
    Math.max(...all.map((row) => row[at]?.length ?? 0))
  );
  return all.map((row) =>
    row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()
  );
}

function words(kind: Kind, operation: string): string {
  const once = promised(kind, operation, false);
  const persist = promised(kind, operation, true);
  return once === persist ? once : `${once}; with persist: ${persist}`;
}

function count(kind: Kind, operation: string, failed = false): number {
  return outcomes.filter((it) =>
    it.kind === kind && it.operation === operation &&
    (!failed || it.failure !== undefined)
  ).length;
}
