// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * All benchmarks on Deno, Bun and Node, against the embedded engine in a
 * process of its own on loopback: `deno task bench`. Arguments name groups and
 * runtimes, as in `deno task bench sends node`.
 *
 * @module
 */
import type { Row } from "./contest.ts";
import { CONTESTS } from "./contests/all.ts";
import { table } from "./report.ts";
import { measureOn, RUNTIMES } from "./runtimes.ts";
import { startServer } from "./server_process.ts";

const ROUNDS = 5;

const groups = [...new Set(CONTESTS.map(({ group }) => group))];
const chosen = Deno.args.filter((name) => groups.includes(name));
const named = RUNTIMES.filter((name) => Deno.args.includes(name));
const unknown = Deno.args.filter((name) =>
  !groups.includes(name) && !(RUNTIMES as readonly string[]).includes(name)
);
if (unknown.length > 0) {
  const known = [...groups, ...RUNTIMES].join(", ");
  console.error(`Unknown: ${unknown.join(", ")}. Known: ${known}`);
  Deno.exit(2);
}
const contests = CONTESTS
  .filter(({ group }) => chosen.length === 0 || chosen.includes(group))
  .map(({ what }) => what);
const server = await startServer();
try {
  const { uri } = server;
  const cores = navigator.hardwareConcurrency;
  console.log(`${cores} cores; medians of ${ROUNDS} rounds in turn`);
  for (const runtime of named.length > 0 ? named : RUNTIMES) {
    const rows: Row[] = [];
    const job = { uri, runtime, rounds: ROUNDS, contests };
    for await (const row of measureOn(job)) rows.push(row);
    console.log(`\n${runtime}\n\n${table(rows)}`);
  }
} finally {
  await server.stop();
}
