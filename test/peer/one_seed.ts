import { announce, print, since } from "../runner/report.ts";
import type { Tally } from "../runner/tally.ts";
import { testSeed } from "../support/test_seed.ts";
import { countsOf, formatCounts } from "./counts.ts";
import { runPeer } from "./run_peer.ts";

/**
 * Run the behaviour suite against the faithful peer, with the seed of the run,
 * and print what became of it.
 */
export async function oneSeed(): Promise<Tally> {
  announce("faithful peer");
  const start = performance.now();
  const seed = testSeed();
  const { cases, faults } = await runPeer({ seed, generation: "1.1" });
  const counts = countsOf(cases);
  print(`seed ${seed}: ${formatCounts(counts)} (${since(start)})`);
  for (const fault of faults) print(fault);
  const failed = counts.failed + counts["passed although listed"];
  return {
    passed: counts.passed + counts["without a peer"] + counts.excepted +
      counts.awaiting,
    failed: Math.max(failed, faults.length > 0 ? 1 : 0),
    skipped: 0,
  };
}
