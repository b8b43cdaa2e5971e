import { announce, print, since } from "../runner/report.ts";
import { addTallies, formatTally, type Tally } from "../runner/tally.ts";
import { caseNames } from "./case_names.ts";
import { gapFaults } from "./gap_faults.ts";
import type { Verdict } from "./judge.ts";
import { KNOWN_GAPS } from "./known_gaps.ts";
import { RUNTIMES } from "./runtimes/mod.ts";
import { type ServerProcess, startServerProcess } from "./server_process.ts";
import { remarks, tallyOfVerdicts } from "./summary.ts";
import { table } from "./table.ts";
import { textOf } from "./text_of.ts";
import { tryOut } from "./try_out.ts";

/** Options of {@linkcode conformance}. */
export interface ConformanceOptions {
  /**
   * The runtimes to try, by name. One of these that cannot be had is a
   * failure; of all others it is said that they were skipped.
   *
   * @default {all of them}
   */
  readonly runtimes?: readonly string[] | undefined;
  /**
   * Only cases whose group or name contains this.
   *
   * @default {""}
   */
  readonly filter?: string | undefined;
}

/**
 * Run the same cases in every runtime, one after the other, against one engine,
 * and print what came of it.
 *
 * @returns How much was as expected. Known gaps count as skipped.
 */
export async function conformance(
  { runtimes = [], filter = "" }: ConformanceOptions = {},
): Promise<Tally> {
  const faults = gapFaults(KNOWN_GAPS, caseNames());
  const verdicts: Verdict[] = [];
  const tried: string[] = [];
  let server: ServerProcess;
  try {
    server = await startServerProcess();
  } catch (error) {
    print(`FAILED: ${textOf(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  try {
    for (const runtime of RUNTIMES) {
      const { name } = runtime;
      if (runtimes.length > 0 && !runtimes.includes(name)) continue;
      announce(`conformance, ${name}`);
      const missing = await runtime.missing?.();
      if (missing !== undefined && runtimes.length === 0) {
        print(`SKIPPED: ${missing}`);
        continue;
      }
      const start = performance.now();
      const found = await tryOut(runtime, server.places, filter);
      print(`${formatTally(tallyOfVerdicts(found))} (${since(start)})`);
      verdicts.push(...found);
      tried.push(name);
    }
  } finally {
    faults.push(...await server.stop());
  }
  for (const line of table(tried, verdicts)) print(`  ${line}`);
  for (const remark of remarks(verdicts, KNOWN_GAPS)) print(remark);
  for (const fault of faults) print(`FAILED: ${fault}`);
  return addTallies([
    tallyOfVerdicts(verdicts),
    { passed: 0, failed: faults.length, skipped: 0 },
  ]);
}
