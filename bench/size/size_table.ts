import type { Sizes } from "./measure_sizes.ts";

/** Sizes as a Markdown table, in KiB. */
export function sizeTable(sizes: Sizes): string {
  const lines = Object.entries(sizes)
    .map(([name, { minified, gzip, laterGzip }]) =>
      `| ${name} | ${kib(minified)} | ${kib(gzip)} | ${kib(laterGzip)} |`
    );
  return [
    "| program | minified, KiB | gzip, KiB | loaded when needed, gzip, KiB |",
    "| --- | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
