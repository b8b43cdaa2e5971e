// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Fails when a ratio that the library promises does not hold:
 * `deno task bench:check`. A contest that falls short is measured again with
 * more rounds, since a busy machine says nothing about the library.
 *
 * @module
 */
import type { Row } from "./contest.ts";
import { CONTESTS } from "./contests/all.ts";
import { measureOn, RUNTIMES } from "./runtimes.ts";
import { startServer } from "./server_process.ts";

/** Rounds of each attempt; only the last one decides that a contest fails. */
const ATTEMPTS = [3, 5, 9];

const server = await startServer();
let failed = 0;
let passed = 0;
try {
  for (const runtime of RUNTIMES) {
    let contests = CONTESTS
      .filter(({ least }) => least?.[runtime] !== undefined)
      .map(({ what }) => what);
    let short: Row[] = [];
    for (const rounds of ATTEMPTS) {
      const { uri } = server;
      short = [];
      const job = { uri, runtime, rounds, contests };
      for await (const row of measureOn(job)) {
        const holds = row.ratio >= (row.least ?? 0);
        const { what, ratio, least } = row;
        console.log(
          `${runtime}: ${what}: ${ratio.toFixed(2)} ` +
            (holds ? "ok" : `below ${least}, ${rounds} rounds`),
        );
        if (holds) passed++;
        else short.push(row);
      }
      contests = short.map(({ what }) => what);
      if (contests.length === 0) break;
    }
    failed += short.length;
  }
} finally {
  await server.stop();
}
console.log(`bench:check: ${passed} ratios hold, ${failed} do not`);
Deno.exit(failed === 0 ? 0 : 1);
