import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import { markdownTable } from "../core/markdown_table.ts";

const FORMATS = ["markdown_table", "html_table", "csv", "json", "text"];

/** Cells that a table may have; records may have no member in common. */
const MAX_CELLS = 1_000_000;

/**
 * Write a value as text, for an answer or an argument.
 *
 * @param format `markdown_table`, `html_table`, `csv`, `json` or `text`.
 * @throws {ExecutionException} There is no such format, or the table would
 * have more than a million cells.
 */
export function valueText(value: unknown, format: string): string {
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
    default:
      throw new ExecutionException(
        `There is no format '${format}', only ${FORMATS.join(", ")}`,
      );
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
  if (names.length * items.length > MAX_CELLS) {
    throw new ExecutionException(
      `A table may have ${MAX_CELLS} cells at most: there are ` +
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

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

const SHORT = 400;
const BEGINNING = 120;
const MAX_MEMBERS = 20;

/**
 * Describe a value in a prompt: a small one is shown whole, of a large one the
 * structure.
 */
export function outline(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length <= SHORT ? text : structure(value, 3);
}

function structure(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    const first = depth > 0 && value.length > 0
      ? `, each like ${structure(value[0], depth - 1)}`
      : "";
    return `list of ${value.length}${first}`;
  }
  if (isRecord(value)) {
    const names = Object.keys(value);
    if (depth === 0) return `object of ${names.length}`;
    const shown = names.slice(0, MAX_MEMBERS).map((name) =>
      `${name}: ${structure(value[name], depth - 1)}`
    );
    const more = names.length - shown.length;
    return `{ ${
      [...shown, ...(more > 0 ? [`${more} more`] : [])].join("; ")
    } }`;
  }
  if (typeof value !== "string" || value.length <= BEGINNING) {
    return JSON.stringify(value) ?? "null";
  }
  const beginning = value.slice(0, BEGINNING).toWellFormed();
  return `text of ${value.length} that begins ${JSON.stringify(beginning)}`;
}
