import type { KnownGap } from "./known_gaps.ts";

/**
 * What is wrong with the list of known gaps by itself: entries about what does
 * not exist, entries without a reason, and second entries.
 *
 * @param names The names of all cases by runtime.
 */
export function gapFaults(
  gaps: readonly KnownGap[],
  names: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const seen = new Set<string>();
  return gaps.flatMap(({ runtime, name, reason }) => {
    const gap = `${runtime}: ${name}`;
    const faults: string[] = [];
    if (!names.get(runtime)?.has(name)) faults.push(`No such case: ${gap}`);
    if (reason.trim() === "") faults.push(`No reason given: ${gap}`);
    if (seen.has(gap)) faults.push(`Listed twice: ${gap}`);
    seen.add(gap);
    return faults;
  });
}
