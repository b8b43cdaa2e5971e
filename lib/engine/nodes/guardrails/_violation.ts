import type { TextTest } from "./_nearby.ts";

/** Something that a check does not let pass. */
export interface Violation {
  /** The name of the check. */
  readonly rule: string;
  /** How bad it is. */
  readonly severity: "medium" | "high" | "critical";
  /** What it is, never quoting the text itself. */
  readonly details: string;
}

/** Kinds of text, each with a test for it. */
export type NamedTests = readonly (readonly [string, TextTest])[];

/** The names of the kinds that a text is of. */
export function matchedNames(
  text: string,
  tests: NamedTests,
): readonly string[] {
  return tests.filter(([, test]) => test(text)).map(([name]) => name);
}
