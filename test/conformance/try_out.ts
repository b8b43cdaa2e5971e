import type { CaseReport } from "./case.ts";
import { CASES } from "./cases/mod.ts";
import { judge, type Verdict } from "./judge.ts";
import { KNOWN_GAPS } from "./known_gaps.ts";
import type { Runtime } from "./runtimes/runtime.ts";
import type { SharedPlaces } from "./server.ts";
import { selected } from "./selected.ts";
import { textOf } from "./text_of.ts";

/**
 * Run the cases in one runtime and compare what it reports.
 *
 * A runtime that cannot be run at all fails by that, in one verdict more, and
 * fails every case that it owes a report on.
 */
export async function tryOut(
  runtime: Runtime,
  places: SharedPlaces,
  filter: string,
): Promise<Verdict[]> {
  const reports: CaseReport[] = [];
  const job = { places: { ...places, runtime: runtime.name }, filter };
  const broken: Verdict[] = [];
  try {
    await runtime.run(job, (report) => reports.push(report));
  } catch (error) {
    broken.push({
      runtime: runtime.name,
      group: "runtime",
      name: "The runtime runs",
      outcome: "failed",
      detail: textOf(error),
    });
  }
  const expectations = [...selected(CASES, filter), ...runtime.checks];
  return [
    ...broken,
    ...judge(runtime.name, expectations, reports, KNOWN_GAPS),
  ];
}
