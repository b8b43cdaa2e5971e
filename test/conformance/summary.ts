import type { Tally } from "../runner/tally.ts";
import { NOT_REPORTED, type Verdict } from "./judge.ts";
import type { KnownGap } from "./known_gaps.ts";

/** Count verdicts. Known gaps count as skipped. */
export function tallyOfVerdicts(verdicts: readonly Verdict[]): Tally {
  const count = (wanted: Verdict["outcome"]): number =>
    verdicts.filter(({ outcome }) => outcome === wanted).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("gap"),
  };
}

/**
 * Known gaps with their reasons, and failures in full; empty if there are none.
 *
 * What a runtime did not report is told together: it has one cause.
 */
export function remarks(
  verdicts: readonly Verdict[],
  gaps: readonly KnownGap[],
): string[] {
  const missing = Map.groupBy(
    verdicts.filter(isMissing),
    ({ runtime }) => runtime,
  );
  return [
    ...verdicts.flatMap((verdict) => remark(verdict, gaps)),
    ...Array.from(missing, ([runtime, verdicts]) => {
      const names = verdicts.map(({ name }) => name).join("\n");
      return `FAILED: ${runtime}: not reported\n${indented(names)}`;
    }),
  ];
}

function remark(verdict: Verdict, gaps: readonly KnownGap[]): string[] {
  const { runtime, name, outcome, detail } = verdict;
  if (outcome === "passed" || isMissing(verdict)) return [];
  if (outcome === "failed") {
    return [`FAILED: ${runtime}: ${name}\n${indented(detail)}`];
  }
  const reasons = gaps
    .filter((gap) => gap.runtime === runtime && gap.name === name)
    .map(({ reason }) => indented(reason));
  return [[`known gap: ${runtime}: ${name}`, ...reasons].join("\n")];
}

function isMissing({ outcome, detail }: Verdict): boolean {
  return outcome === "failed" && detail === NOT_REPORTED;
}

function indented(text: string): string {
  return text.trimEnd().split("\n").map((line) => `  ${line}`).join("\n");
}
