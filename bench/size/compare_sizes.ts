import type { Sizes } from "./measure_sizes.ts";

/** How much a program may grow before somebody has to say so, in per cent. */
const TOLERANCE = 1;

/**
 * Compare sizes with those that were committed.
 *
 * @returns One sentence for each that grew too much, or that nobody committed.
 */
export function compareSizes(measured: Sizes, committed: Sizes): string[] {
  const update = "if that is meant, commit what `deno task size --write` does";
  return Object.entries(measured).flatMap(
    ([name, { minified, gzip, inlinedGzip }]) => {
      const before = committed[name];
      if (!before) return [`"${name}" has no committed size; ${update}`];
      return [
        ["minified", minified, before.minified] as const,
        ["gzip", gzip, before.gzip] as const,
        ["inlined, gzip", inlinedGzip, before.inlinedGzip] as const,
      ]
        .filter(([, now, then]) => now > then * (1 + TOLERANCE / 100))
        .map(([what, now, then]) =>
          `"${name}" grew from ${then} to ${now} bytes (${what}); ${update}`
        );
    },
  );
}
