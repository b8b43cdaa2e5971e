import type { CaseReport } from "../case.ts";
import type { Job } from "../job.ts";
import type { Expectation } from "../judge.ts";

/** A runtime that the cases are tried in. */
export interface Runtime {
  /** As it stands in `Places` and in the list of gaps. */
  readonly name: string;
  /** What it reports besides the cases. */
  readonly checks: readonly Expectation[];
  /** Why it cannot be had on this machine; `undefined` when it can. */
  missing?(): Promise<string | undefined>;
  /**
   * Start it, have it run the cases, and see it end.
   *
   * @param report Told of every case and of every check.
   */
  run(job: Job, report: (report: CaseReport) => void): Promise<void>;
}
