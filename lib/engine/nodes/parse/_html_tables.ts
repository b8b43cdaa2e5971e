import { markdownTable } from "./markdown_table.ts";

/** Collects the tables of a page while its tags go by. */
export interface HtmlTables {
  /** An element begins. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** Text, for the cells that are open. */
  text(data: string): void;
  /** An element ends. */
  close(name: string): void;
}

/** Into how many tables around it the text of a cell goes, too. */
const DEEPEST = 32;

/** Cells that are there because others take several columns, of a page. */
const MOST_SPANNED = 1_000_000;

interface OpenTable {
  readonly rows: string[][];
  row: string[] | undefined;
  cell: string | undefined;
  /** How many columns the open cell takes. */
  span: number;
}

/**
 * Collect tables, inner ones before the ones around them. The text of an
 * inner table is also in the cells that hold it, of the nearest 32 tables.
 *
 * @param found Called with each table in Markdown form, unless it is empty.
 */
export function htmlTables(found: (markdown: string) => void): HtmlTables {
  const stack: OpenTable[] = [];
  let spanned = 0;

  function endCell(table: OpenTable): void {
    if (table.cell === undefined) return;
    table.row ??= [];
    table.row.push(cellText(table.cell));
    while (--table.span > 0 && spanned++ < MOST_SPANNED) table.row.push("");
    table.cell = undefined;
  }

  function endRow(table: OpenTable): void {
    endCell(table);
    if (table.row?.some((cell) => cell !== "")) table.rows.push(table.row);
    table.row = undefined;
  }

  return {
    open(name, attributes): void {
      if (name === "table") {
        stack.push({ rows: [], row: undefined, cell: undefined, span: 1 });
        return;
      }
      const table = stack.at(-1);
      if (!table) return;
      if (name === "tr") endRow(table);
      if (name === "td" || name === "th") {
        endCell(table);
        table.cell = "";
        table.span = spanOf(attributes.colspan);
      }
    },
    text(data): void {
      for (const table of stack.slice(-DEEPEST)) {
        if (table.cell !== undefined) table.cell += data;
      }
    },
    close(name): void {
      const table = stack.at(-1);
      if (!table) return;
      if (name === "td" || name === "th") endCell(table);
      if (name === "tr") endRow(table);
      if (name !== "table") return;
      endRow(table);
      stack.pop();
      if (table.rows.length > 0) {
        found(markdownTable(table.rows).normalize("NFC"));
      }
    },
  };
}

/** A cell's text as it shows on a page: blanks shrunk, line ends kept. */
function cellText(text: string): string {
  return text.split("\n")
    .map((line) => line.replace(/[\t\f\r ]+/g, " ").replace(/^ | $/g, ""))
    .filter((line) => line !== "")
    .join("\n");
}

/** A `colspan`, within the bounds that HTML sets. */
function spanOf(value: string | undefined): number {
  const span = Number.parseInt(value ?? "1", 10);
  return span >= 1 ? Math.min(span, 1000) : 1;
}
