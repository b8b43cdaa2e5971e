/** One line of the report. */
export interface Row {
  /** What was measured. */
  readonly what: string;
  /** In what. */
  readonly unit: string;
  /** Which way is better. */
  readonly better: "higher" | "lower";
  /** Our figure, the median of the rounds. */
  readonly ours: number;
  /** The figure of what it is measured against, in the same run. */
  readonly bare: number;
}

/** The report as a Markdown table; ours beside `yardstick`. */
export function table(
  rows: readonly Row[],
  yardstick = "bare WebSocket loop",
): string {
  const lines = rows.map(({ what, unit, ours, bare, better }) =>
    `| ${what} | ${figure(ours)} | ${figure(bare)} | ${unit} | ${
      (ours / bare).toFixed(2)
    } (${better} is better) |`
  );
  return [
    `| what | ours | ${yardstick} | unit | ratio |`,
    "| --- | ---: | ---: | --- | --- |",
    ...lines,
  ].join("\n");
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
