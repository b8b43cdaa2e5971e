import type { CaseRecord, Outcome } from "./case_log.ts";

/** How many cases had each outcome. */
export type Counts = Readonly<Record<Outcome, number>>;

/** Count the outcomes. */
export function countsOf(cases: readonly CaseRecord[]): Counts {
  const of = (outcome: Outcome): number =>
    cases.filter((it) => it.outcome === outcome).length;
  return {
    "passed": of("passed"),
    "failed": of("failed"),
    "excepted": of("excepted"),
    "awaiting": of("awaiting"),
    "passed although listed": of("passed although listed"),
    "without a peer": of("without a peer"),
  };
}

/** The outcomes that there were, as a line. */
export function formatCounts(counts: Counts): string {
  return Object.entries(counts)
    .filter(([outcome, count]) => count > 0 || outcome === "failed")
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}
