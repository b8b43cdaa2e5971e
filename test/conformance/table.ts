import type { Verdict } from "./judge.ts";

/**
 * A table of groups and runtimes, with `passed/total` where they meet, and a
 * line for all groups at the end. `-` stands where there is no such case.
 *
 * @param runtimes The columns, in order.
 */
export function table(
  runtimes: readonly string[],
  verdicts: readonly Verdict[],
): string[] {
  const groups = [...new Set(verdicts.map(({ group }) => group))];
  const cell = (runtime: string, group?: string): string =>
    share(verdicts.filter((verdict) =>
      verdict.runtime === runtime &&
      (group === undefined || verdict.group === group)
    ));
  return aligned([
    ["", ...runtimes],
    ...groups.map((group) => [
      group,
      ...runtimes.map((runtime) => cell(runtime, group)),
    ]),
    ["all", ...runtimes.map((runtime) => cell(runtime))],
  ]);
}

function share(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "-";
  const passed = verdicts.filter(({ outcome }) => outcome === "passed");
  return `${passed.length}/${verdicts.length}`;
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((text, at) => {
      const width = widths[at] ?? 0;
      return at === 0 ? text.padEnd(width) : text.padStart(width);
    }).join("  ")
  );
}
