import type { Sizes } from "./measure_sizes.ts";

/** Sizes as a Markdown table, in bytes. */
export function sizeTable(sizes: Sizes): string {
  const lines = Object.entries(sizes)
    .map(([name, { minified, gzip, inlinedGzip }]) =>
      `| ${name} | ${minified} | ${gzip} | ${inlinedGzip} |`
    );
  return [
    "| program | minified | gzip -9 | with import() inlined, gzip -9 |",
    "| --- | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
}
