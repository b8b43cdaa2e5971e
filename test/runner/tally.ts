/** How many tests a run had. */
export interface Tally {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed; at least 1 when the run as a whole failed. */
  readonly failed: number;
  /** Tests that were left out on purpose. */
  readonly skipped: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/gm;

/**
 * Read what `deno test` says at the end of a run.
 *
 * A run that failed counts at least one failure, whatever it says: a type error
 * or a leak after the last test fails no test. A run without a test failed, too.
 *
 * @param output What the run printed, without colours.
 * @param code Its exit code.
 */
export function tallyOf(output: string, code: number): Tally {
  const [, passed = "0", failed = "0", skipped = "0"] =
    [...output.matchAll(SUMMARY)].at(-1) ?? [];
  const green = code === 0 && Number(passed) > 0;
  return {
    passed: Number(passed),
    failed: Math.max(Number(failed), green ? 0 : 1),
    skipped: Number(skipped),
  };
}

const LEFT_OUT = /^(?:.+ => )?(?:.+ \.\.\. )? *(.+) \.\.\. ignored/gm;

/** The names of the tests, and steps of tests, that a run left out. */
export function leftOut(output: string): string[] {
  return Array.from(output.matchAll(LEFT_OUT), ([, name = ""]) => name);
}

const COUNT = /(count: .+) \.\.\. ok/g;

/** What steps of tests are called that say how much was gone through. */
export function countsIn(output: string): string[] {
  return Array.from(output.matchAll(COUNT), ([, name = ""]) => name);
}

/** How many tests a piece of a run's output says to be done. */
export function doneIn(output: string): number {
  return output.match(/ \.\.\. (?:ok|FAILED) \(/g)?.length ?? 0;
}

/** Add runs up. */
export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }), { passed: 0, failed: 0, skipped: 0 });
}

/** A run's result as a line, such as `12 passed, 0 failed`. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
