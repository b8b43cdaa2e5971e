// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Fails when the library is far slower than its yardstick, in any row that
 * README.md states: `deno task bench:check`. Arguments name runtimes, as in
 * `deno task bench:check node`.
 *
 * Only ratios count, each from short rounds in turn. Other work on the machine
 * disturbs single rounds, so of the median and the best rounds the higher ratio
 * counts. A contest ends as soon as it holds, after two rounds at the earliest,
 * and fails after many.
 *
 * @module
 */
import type { RuntimeName } from "./contest.ts";
import { CONTESTS } from "./contests/all.ts";
import { ratioOf } from "./measure.ts";
import { measureOn, RUNTIMES } from "./runtimes.ts";
import { startServer } from "./server_process.ts";

/**
 * The share of what a contest wants that must hold here. Short rounds on a
 * shared machine vary by a third; losses of more than half are found.
 */
const SHARE = 0.4;

/** The most rounds of a contest; only then it fails. */
const ROUNDS = 40;

/** The share of the usual amount of work in a round. */
const EFFORT = 0.03;

/** Check one runtime; returns how many rows hold. */
async function check(uri: string, runtime: RuntimeName): Promise<number> {
  const wanted = new Map(CONTESTS.map((it) => [it.what, it.wanted]));
  const job = {
    uri,
    runtime,
    rounds: ROUNDS,
    enough: SHARE,
    effort: EFFORT,
    contests: [...wanted.keys()],
  };
  let held = 0;
  for await (const row of measureOn(job)) {
    const least = SHARE * (wanted.get(row.what) ?? NaN);
    const ratio = ratioOf(row);
    const holds = ratio >= least;
    if (holds) held++;
    const said = holds ? "ok" : `below ${least.toFixed(2)}`;
    console.log(`${runtime}: ${row.what}: ${ratio.toFixed(2)}, ${said}`);
  }
  return held;
}

const named = RUNTIMES.filter((name) => Deno.args.includes(name));
const runtimes = named.length > 0 ? named : RUNTIMES;
const server = await startServer();
let passed = 0;
try {
  for (const runtime of runtimes) passed += await check(server.uri, runtime);
} finally {
  await server.stop();
}
const failed = runtimes.length * CONTESTS.length - passed;
console.log(`bench:check: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
