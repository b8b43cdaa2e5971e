// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Fails when the library is far slower than a bare loop with the same frames:
 * `deno task bench:check`. Arguments name runtimes, as in
 * `deno task bench:check node`.
 *
 * Only ratios count, each from short rounds in turn. Other work on the machine
 * disturbs single rounds, so of the median and the best rounds the higher ratio
 * counts, and a row that falls short is measured again with more rounds.
 *
 * @module
 */
import type { Row, RuntimeName } from "./contest.ts";
import { measureOn, RUNTIMES } from "./runtimes.ts";
import { startServer } from "./server_process.ts";

/** The contests that are checked; `deno task bench` measures more. */
const CHECKED: readonly string[] = [
  "ping, 64 in flight",
  "connect, log in, close",
  "send of 1 KiB",
  "send of 64 KiB",
  "200 files of 64 KiB, 4 slots, 10 ms a write",
  "pipe, chunks of 1 KiB, 0 ms a write",
  "pipe, chunks of 64 KiB, 0 ms a write",
  "pipe, chunks of 64 KiB, 10 ms a write",
  "events of 1 kB",
  "store, 4 MiB in chunks of 64 KiB, written",
  "store, 4 MiB in chunks of 64 KiB, read",
];

/**
 * The share of what a contest promises that must hold here. Short rounds on a
 * shared machine vary by a third; losses of half are found.
 */
const SHARE = 0.5;

/** Rows that do not keep their promise yet, and what holds meanwhile. */
const NOT_YET: Readonly<
  Partial<Record<RuntimeName, Readonly<Record<string, number>>>>
> = {
  bun: { "connect, log in, close": 0.3 },
};

/** Rounds of each attempt; only the last one decides that a row fails. */
const ATTEMPTS = [6, 12, 24];

/** No attempt but the first begins after so many seconds on one runtime. */
const MAX_SECONDS = 15;

/** The share of the usual amount of work in a round. */
const EFFORT = 0.08;

/** Check one runtime; returns how many rows hold, and how many do not. */
async function check(
  uri: string,
  runtime: RuntimeName,
): Promise<readonly [passed: number, failed: number]> {
  const started = performance.now();
  let contests = CHECKED;
  for (const rounds of ATTEMPTS) {
    const short: string[] = [];
    const job = { uri, runtime, rounds, effort: EFFORT, contests };
    for await (const row of measureOn(job)) {
      const promised = (row.least ?? 0) * SHARE;
      const least = NOT_YET[runtime]?.[row.what] ?? promised;
      const ratio = ratioOf(row);
      const holds = ratio >= least;
      const said = holds ? "ok" : `below ${least.toFixed(2)}`;
      console.log(`${runtime}: ${row.what}: ${ratio.toFixed(2)}, ${said}`);
      if (!holds) short.push(row.what);
    }
    contests = short;
    if (contests.length === 0) break;
    if (performance.now() - started > MAX_SECONDS * 1000) break;
  }
  return [CHECKED.length - contests.length, contests.length];
}

function ratioOf({ best, ratio }: Row): number {
  return Math.max(ratio, best.ours / best.bare);
}

const named = RUNTIMES.filter((name) => Deno.args.includes(name));
const server = await startServer();
let passed = 0;
let failed = 0;
try {
  for (const runtime of named.length > 0 ? named : RUNTIMES) {
    const [held, fell] = await check(server.uri, runtime);
    passed += held;
    failed += fell;
  }
} finally {
  await server.stop();
}
console.log(`bench:check: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
