/**
 * Write a row of a Markdown table.
 *
 * Every cell text can be read back: a line break becomes `<br>`, a `|` is
 * escaped with a backslash, and so is a `<br>` that was in the text;
 * backslashes right before one of these are doubled.
 *
 * @param cells The cell texts.
 * @returns The row, without a line end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markdownRow } from "@rocketride/streams/engine";
 *
 * assertEquals(markdownRow(["a|b", "1\n2"]), "| a\\|b | 1<br>2 |");
 * ```
 */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

/**
 * Write a table in Markdown form, its first row as the heading.
 *
 * Shorter rows are filled up with empty cells; not so where that would take
 * more than a million of them, which readers of Markdown do without.
 *
 * @param rows The cell texts, row by row.
 * @returns The table, each row with a line end; empty when there are no rows.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markdownTable } from "@rocketride/streams/engine";
 *
 * assertEquals(
 *   markdownTable([["id", "name"], ["1"]]),
 *   "| id | name |\n| --- | --- |\n| 1 |  |\n",
 * );
 * ```
 */
export function markdownTable(
  rows: Iterable<readonly string[]>,
): string {
  const builder = tableBuilder();
  for (const row of rows) builder.add(row);
  return builder.end();
}

/** One long row among many short ones must not cost all the memory. */
const MOST_FILLED = 1_000_000;

/** A table in the making; keeps rows as text, not as cells. */
export interface TableBuilder {
  /** Add a row. */
  add(cells: readonly string[]): void;
  /** The whole table; empty when no row came. */
  end(): string;
}

/** Begin a table whose rows come one by one. */
export function tableBuilder(): TableBuilder {
  const lines: string[] = [];
  const widths: number[] = [];
  let cells = 0;
  let widest = 0;
  return {
    add(row): void {
      lines.push(markdownRow(row));
      widths.push(row.length);
      cells += row.length;
      widest = Math.max(widest, row.length);
    },
    end(): string {
      if (lines.length === 0) return "";
      const fills = widest * lines.length - cells <= MOST_FILLED;
      const filled = lines.map((line, row) =>
        line + "  |".repeat(fills ? widest - widths[row]! : 0) + "\n"
      );
      filled.splice(1, 0, "|" + " --- |".repeat(widest) + "\n");
      return filled.join("");
    },
  };
}

function escapeCell(text: string): string {
  return text.replace(
    // Other backslashes match as well, so that each run is read once.
    /(\\*)(\||<br>|\r\n?|\n)|\\+/g,
    (whole, slashes: string, what?: string) => {
      if (what === undefined) return whole;
      const escaped = what === "|" || what === "<br>" ? `\\${what}` : "<br>";
      return slashes + slashes + escaped;
    },
  );
}
