import type { JsonValue } from "../../schema/json.ts";
import type { CaseReport } from "./case.ts";
import { difference } from "./difference.ts";
import type { KnownGap } from "./known_gaps.ts";

/** What a runtime has to report. */
export interface Expectation {
  readonly group: string;
  readonly name: string;
  readonly expected: JsonValue;
}

/** What became of one case in one runtime. */
export interface Verdict {
  readonly runtime: string;
  readonly group: string;
  readonly name: string;
  /** `gap`: it failed, and that is known. */
  readonly outcome: "passed" | "failed" | "gap";
  /** Why it did not pass; empty when it did. */
  readonly detail: string;
}

/** The detail of a verdict on a case that the runtime said nothing about. */
export const NOT_REPORTED = "Not reported";

/**
 * Compare what a runtime reported with what it had to report.
 *
 * A case without a report has failed, and so has a report that nobody asked
 * for, a second report on a case, and a known gap that is none any more.
 */
export function judge(
  runtime: string,
  expectations: readonly Expectation[],
  reports: readonly CaseReport[],
  gaps: readonly KnownGap[],
): Verdict[] {
  const names = new Set(expectations.map(({ name }) => name));
  const strangers = reports.filter(({ name }) => !names.has(name));
  return [
    ...expectations.map(({ group, name, expected }) => {
      const own = reports.filter((report) => report.name === name);
      const gap = gaps.find((gap) =>
        gap.runtime === runtime && gap.name === name
      );
      return { runtime, group, name, ...outcomeOf(expected, own, gap) };
    }),
    ...strangers.map(({ name }): Verdict => ({
      runtime,
      group: "?",
      name,
      outcome: "failed",
      detail: "Reported, but not asked for",
    })),
  ];
}

function outcomeOf(
  expected: JsonValue,
  reports: readonly CaseReport[],
  gap: KnownGap | undefined,
): Pick<Verdict, "outcome" | "detail"> {
  const detail = complaint(expected, reports);
  if (!gap) return { outcome: detail === "" ? "passed" : "failed", detail };
  if (detail !== "") return { outcome: "gap", detail };
  return {
    outcome: "failed",
    detail: "Passes: it has to be taken off known_gaps.ts",
  };
}

function complaint(
  expected: JsonValue,
  reports: readonly CaseReport[],
): string {
  const [report, ...more] = reports;
  if (report === undefined) return NOT_REPORTED;
  if (more.length > 0) return `Reported ${reports.length} times`;
  if (report.error !== undefined) return report.error;
  return difference(expected, report.value).join("\n");
}
