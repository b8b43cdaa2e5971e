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

/** How many empty cells of a page stand for cells that span others. */
const MOST_SPANNED = 1_000_000;

/** The limits that HTML sets. */
const MOST_COLUMNS = 1_000;
const MOST_ROWS = 65_534;

interface OpenCell {
  text: string;
  readonly columns: number;
  readonly rows: number;
}

interface OpenTable {
  readonly rows: string[][];
  /** The number of the open row, from 0; empty rows count. */
  number: number;
  row?: string[] | undefined;
  /** How many columns of the open row are taken, filled or not. */
  taken: number;
  cell?: OpenCell | undefined;
  /** The row below the cells that reach down, by column. */
  readonly until: number[];
}

/**
 * Collect tables, inner ones before the ones around them. The text of an inner
 * table is also in the cells that hold it, of the nearest 32 tables.
 *
 * A cell that spans columns or rows has its text in the first, and the others
 * are empty. Spans add no columns that no cell begins in.
 *
 * @param found Called with each table in Markdown form, unless it is empty.
 */
export function htmlTables(found: (markdown: string) => void): HtmlTables {
  const stack: OpenTable[] = [];
  let spanned = 0;

  /** The first column from the taken ones on that no cell above reaches. */
  function freeColumn({ until, number, taken }: OpenTable): number {
    let column = taken;
    while ((until[column] ?? 0) > number) column += 1;
    return column;
  }

  function endCell(table: OpenTable): void {
    const { cell, number } = table;
    if (!cell) return;
    table.cell = undefined;
    const row = table.row ??= [];
    const column = freeColumn(table);
    const empty = column - row.length;
    if (spanned + empty <= MOST_SPANNED) {
      spanned += empty;
      while (row.length < column) row.push("");
    }
    row.push(cellText(cell.text));
    table.taken = column + cell.columns;
    if (cell.rows === 1) return;
    for (let at = column; at < table.taken; at += 1) {
      table.until[at] = number + cell.rows;
    }
  }

  function endRow(table: OpenTable): void {
    endCell(table);
    if (table.row?.some((cell) => cell !== "")) table.rows.push(table.row);
    if (table.row) table.number += 1;
    table.row = undefined;
    table.taken = 0;
  }

  return {
    open(name, { colspan, rowspan }): void {
      if (name === "table") {
        stack.push({ rows: [], number: 0, taken: 0, until: [] });
        return;
      }
      const table = stack.at(-1);
      if (!table) return;
      if (name === "tr") {
        endRow(table);
        table.row = [];
      }
      if (name === "td" || name === "th") {
        endCell(table);
        const columns = Math.min(spanOf(colspan) || 1, MOST_COLUMNS);
        // Zero is all rows that follow.
        const rows = Math.min(spanOf(rowspan) || MOST_ROWS, MOST_ROWS);
        table.cell = { text: "", columns, rows };
      }
    },
    text(data): void {
      for (const { cell } of stack.slice(-DEEPEST)) if (cell) cell.text += data;
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

/** The number that a span begins with, as HTML reads it; 1 without one. */
function spanOf(value = "1"): number {
  const span = Number.parseInt(value, 10);
  return span >= 0 ? span : 1;
}
