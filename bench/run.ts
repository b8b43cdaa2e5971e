// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * All benchmarks on Deno, Bun and Node, against the embedded engine in a
 * process of its own on loopback: `deno task bench`. Arguments name groups and
 * runtimes, as in `deno task bench sends node`; `frames` is measured only where
 * it is named. `--write` puts the table into README.md.
 *
 * @module
 */
import type { Row, RuntimeName } from "./contest.ts";
import { ALL_CONTESTS, CONTESTS } from "./contests/all.ts";
import { type Rows, table, withSection } from "./report.ts";
import { measureOn, RUNTIMES } from "./runtimes.ts";
import { startServer } from "./server_process.ts";

const ROUNDS = 7;
/** The share of the usual amount of work: more rounds are worth more. */
const EFFORT = 0.3;
const README = new URL("README.md", import.meta.url);

const write = Deno.args.includes("--write");
const names = Deno.args.filter((name) => name !== "--write");
const groups = [...new Set(ALL_CONTESTS.map(({ group }) => group))];
const chosen = names.filter((name) => groups.includes(name));
const named = RUNTIMES.filter((name) => names.includes(name));
const unknown = names.filter((name) =>
  !groups.includes(name) && !(RUNTIMES as readonly string[]).includes(name)
);
if (unknown.length > 0) {
  const known = [...groups, ...RUNTIMES, "--write"].join(", ");
  console.error(`Unknown: ${unknown.join(", ")}. Known: ${known}`);
  Deno.exit(2);
}
const isFrames = chosen.join() === "frames";
if (write && (named.length > 0 || chosen.length > 0 && !isFrames)) {
  console.error("--write takes all runtimes, and all groups or frames");
  Deno.exit(2);
}
const contests = chosen.length === 0
  ? CONTESTS
  : ALL_CONTESTS.filter(({ group }) => chosen.includes(group));
const measured = new Map<RuntimeName, Rows>();
const started = performance.now();
const server = await startServer();
try {
  for (const runtime of named.length > 0 ? named : RUNTIMES) {
    const rows = new Map<string, Row>();
    measured.set(runtime, rows);
    const job = {
      uri: server.uri,
      runtime,
      rounds: isFrames ? 3 : ROUNDS,
      effort: isFrames ? 1 : EFFORT,
      contests: contests.map(({ what }) => what),
    };
    for await (const row of measureOn(job)) {
      rows.set(row.what, row);
      console.error(`${runtime}: ${row.what}: ${row.ratio.toFixed(2)}`);
    }
  }
} finally {
  await server.stop();
}
const took = ((performance.now() - started) / 1000).toFixed(0);
const report = `${about()}\n\n${table(contests, measured)}`;
console.log(`\n${report}\n\n${took} s`);
if (write) {
  const name = isFrames ? "frames" : "figures";
  const before = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, withSection(before, name, report));
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", README.pathname],
  }).output();
}

function about(): string {
  const date = new Date().toISOString().slice(0, 10);
  const cores = navigator.hardwareConcurrency;
  return `${date}, Deno ${Deno.version.deno}, ${cores} cores; medians of ` +
    "rounds in turn.";
}
