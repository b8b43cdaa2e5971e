import type { Row } from "./contest.ts";

/** Rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, unit, ours, bare, ratio, against }) =>
    `| ${what} | ${figure(ours)} | ${figure(bare)} | ${unit} | ` +
    `${ratio.toFixed(2)} | ${against} |`
  );
  return [
    "| what | ours | yardstick | unit | ratio | yardstick is |",
    "| --- | ---: | ---: | --- | ---: | --- |",
    ...lines,
  ].join("\n");
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
