/** Something that a check does not let pass (engine §4.6). */
export interface Violation {
  /** The name of the check. */
  readonly rule: string;
  /** How bad it is. */
  readonly severity: "medium" | "high" | "critical";
  /** What it is, never quoting the text itself. */
  readonly details: string;
}

/** A kind of text, and what it looks like. */
export type NamedPatterns = readonly (readonly [string, RegExp])[];

/** The names of the patterns that a text matches. */
export function matchedNames(
  text: string,
  patterns: NamedPatterns,
): readonly string[] {
  return patterns.filter(([, pattern]) => text.search(pattern) >= 0)
    .map(([name]) => name);
}
