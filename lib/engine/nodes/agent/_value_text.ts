import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import { markdownTable } from "../parse/markdown_table.ts";

/** The formats that references can ask for. */
export const VALUE_FORMATS = [
  "markdown_table",
  "html_table",
  "csv",
  "json",
  "text",
] as const;

/** One of {@linkcode VALUE_FORMATS}. */
export type ValueFormat = (typeof VALUE_FORMATS)[number];

/** Cells that a table may have; records may have no member in common. */
const MOST_CELLS = 1_000_000;

/**
 * Write a value as text, for an answer or an argument.
 *
 * @throws {ExecutionException} As a table it would have far too many cells.
 */
export function valueText(value: unknown, format: ValueFormat): string {
  switch (format) {
    case "json":
      return JSON.stringify(value);
    case "text":
      return cell(value);
    case "csv":
      return rowsOf(value).map((row) => row.map(csvCell).join(",")).join("\n");
    case "markdown_table":
      return markdownTable(rowsOf(value));
    case "html_table": {
      const rows = rowsOf(value).map((row, at) => {
        const tag = at === 0 ? "th" : "td";
        const cells = row.map((text) => `<${tag}>${escaped(text)}</${tag}>`);
        return `<tr>${cells.join("")}</tr>`;
      });
      return `<table>${rows.join("")}</table>`;
    }
  }
}

/** A table of anything: of records their members, of others the values. */
function rowsOf(value: unknown): string[][] {
  const items = Array.isArray(value) ? value : [value];
  if (!items.every(isRecord)) {
    const rows = items.map((item) => Array.isArray(item) ? item : [item]);
    return rows.map((row) => row.map(cell));
  }
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  if (names.length * items.length > MOST_CELLS) {
    throw new ExecutionException(
      `A table may have ${MOST_CELLS} cells at most: there are ` +
        `${names.length} columns and ${items.length} rows`,
    );
  }
  return [names, ...items.map((item) => names.map((name) => cell(item[name])))];
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ENTITIES[sign]!);
}
