import type { Contest, Row, RuntimeName } from "./contest.ts";

/** The rows of a runtime, by what they measure. */
export type Rows = ReadonlyMap<string, Row>;

/** The part of a contest that a table shows. */
type Shown = Pick<Contest, "what" | "unit" | "wanted" | "against">;

/**
 * Contests as a Markdown table: our figure on each runtime, and in brackets its
 * ratio to the yardstick's.
 */
export function table(
  contests: readonly Shown[],
  measured: ReadonlyMap<RuntimeName, Rows>,
): string {
  const names = [...measured.keys()].map((it) =>
    it.slice(0, 1).toUpperCase() + it.slice(1)
  );
  const lines = contests.map((contest) => {
    const { what, unit, wanted, against = "bare WebSocket loop" } = contest;
    const cells = [...measured.values()].map((rows) => cell(rows.get(what)));
    const least = wanted > 0 ? wanted.toFixed(2) : "";
    return [what, unit, ...cells, least, against];
  });
  const head = ["what", "unit", ...names, "wanted", "beside"];
  const rule = ["---", "---", ...names.map(() => "---:"), "---:", "---"];
  return [head, rule, ...lines].map((it) => `| ${it.join(" | ")} |`).join("\n");
}

function cell(row: Row | undefined): string {
  return row ? `${figure(row.ours)} (${row.ratio.toFixed(2)})` : "";
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** What a table measures: the first cells of the rows below `what`. */
export function rowsIn(markdown: string): string[] {
  const found: string[] = [];
  let isTable = false;
  for (const line of markdown.split("\n")) {
    const [, first] = /^\|\s*(.*?)\s*\|/.exec(line) ?? [];
    if (first === undefined) isTable = false;
    else if (first === "what") isTable = true;
    else if (isTable && !first.startsWith("-")) found.push(first);
  }
  return found;
}

/** Replace what stands between the marks of a section. */
export function withSection(
  markdown: string,
  name: string,
  content: string,
): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = markdown.indexOf(begin);
  const to = markdown.indexOf(end);
  if (from < 0 || to < from) throw new Error(`No section ${begin} … ${end}`);
  return markdown.slice(0, from + begin.length) + `\n\n${content}\n\n` +
    markdown.slice(to);
}
