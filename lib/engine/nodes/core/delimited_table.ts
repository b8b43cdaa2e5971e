import { tableBuilder } from "./markdown_table.ts";

/** Comma or tab separated text on its way into a table. */
export interface DelimitedTable {
  /** Take more of the text. */
  write(text: string): void;
  /** The table in Markdown form, the first record as its heading. */
  end(): string;
  /** The first record with quotes that do not match, from 1, if any has. */
  readonly unquoted: number | undefined;
}

/** What cells are separated by, the likeliest first. */
const DELIMITERS = [",", ";", "\t", "|"];

/** How many records, of how much text, decide on the delimiter. */
const SAMPLE_RECORDS = 20;
const SAMPLE_LENGTH = 65_536;

/** How much text may wait for the end of its record, in UTF-16 units. */
const LONGEST_RECORD = 4 * 1_048_576;

/**
 * Read comma or tab separated text while it arrives. Blank lines are left out;
 * line ends inside cells become single line feeds.
 *
 * A cell is quoted if it begins with a quote, and another one, before the next
 * delimiter or line end, ends it. Quotes of all other cells are text, so that
 * one that is not closed does not take in the rest of the file.
 *
 * @param delimiter What separates the cells. When absent, a first line such as
 * `sep=;` tells it, else it is the one that the most records have as often as
 * the first record has.
 */
export function delimitedTable(delimiter?: string): DelimitedTable {
  const table = tableBuilder();
  let chosen = delimiter;
  let pending = "";
  let heldReturn = "";
  let records = 0;
  let unquoted: number | undefined;

  function take(isLast: boolean): void {
    chosen ??= declared() ?? guess(pending);
    const last = isLast || pending.length > LONGEST_RECORD;
    const read = readRecords(pending, chosen, last);
    pending = pending.slice(read.length);
    if (read.unquoted !== undefined) unquoted ??= records + read.unquoted;
    records += read.rows.length;
    for (const row of read.rows) if (!isBlank(row)) table.add(row);
  }

  /** A first line that spreadsheets write for themselves. */
  function declared(): string | undefined {
    const [line = "", sign] = /^\n*"?sep=([^"\n])"?(?:\n|$)/i.exec(pending) ??
      [];
    pending = pending.slice(line.length);
    return sign;
  }

  return {
    write(text): void {
      // A carriage return may be the first half of a line end.
      const all = heldReturn + text;
      heldReturn = all.endsWith("\r") ? "\r" : "";
      pending += all.slice(0, all.length - heldReturn.length)
        .replace(/\r\n?/g, "\n");
      take(false);
    },
    end(): string {
      if (heldReturn) pending += "\n";
      take(true);
      return table.end();
    },
    get unquoted() {
      return unquoted;
    },
  };
}

function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0] === "";
}

/**
 * The delimiter with which all quotes match, then the one that gives the most
 * records as many cells as the first has, then the one that gives it most.
 */
function guess(text: string): string {
  const sample = text.slice(0, SAMPLE_LENGTH);
  let best = { delimiter: ",", score: [0, 0, 0] };
  for (const delimiter of DELIMITERS) {
    const { rows, unquoted } = readRecords(
      sample,
      delimiter,
      true,
      SAMPLE_RECORDS,
    );
    const widths = rows.filter((row) => !isBlank(row)).map((row) => row.length);
    const [width = 1] = widths;
    const even = widths.filter((one) => one === width).length;
    const score = width > 1
      ? [unquoted === undefined ? 1 : 0, even, width]
      : [0, 0, 0];
    const at = score.findIndex((value, at) => value !== best.score[at]);
    if (at >= 0 && score[at]! > best.score[at]!) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Records that were read, and how much of the text they took. */
interface Records {
  readonly rows: readonly string[][];
  readonly length: number;
  /** The first of them with quotes that do not match, from 1. */
  readonly unquoted: number | undefined;
}

/**
 * Read complete records.
 *
 * @param last Whether the text ends here; otherwise more of it may follow.
 */
function readRecords(
  text: string,
  delimiter: string,
  last: boolean,
  most = Infinity,
): Records {
  const rows: string[][] = [];
  let row: string[] = [];
  let length = 0;
  let at = 0;
  let unquoted: number | undefined;
  // Each is looked for again only once it has been passed.
  let nextDelimiter = -1;
  let nextLine = -1;

  while (at < text.length && rows.length < most) {
    if (nextDelimiter < at) nextDelimiter = indexOf(text, delimiter, at);
    if (nextLine < at) nextLine = indexOf(text, "\n", at);
    let end = Math.min(nextDelimiter, nextLine);
    let cell: string | undefined;
    if (text[at] === '"') {
      const close = closingQuote(text, at, delimiter);
      // A quote at the very end may be the first of two.
      const more = close === undefined || close === text.length - 1;
      if (more && !last) break;
      if (close === undefined || close < 0) {
        unquoted ??= rows.length + 1;
      } else {
        cell = text.slice(at + 1, close).replaceAll('""', '"');
        end = close + 1;
      }
    }
    if (end === text.length && !last) break;
    row.push(cell ?? text.slice(at, end));
    at = end + 1;
    if (text[end] === delimiter) {
      // A delimiter at the end of the text has an empty cell behind it.
      if (at === text.length && last) row.push("");
      continue;
    }
    rows.push(row);
    row = [];
    length = Math.min(at, text.length);
  }
  if (last && row.length > 0) rows.push(row);
  return { rows, length: last ? text.length : length, unquoted };
}

function indexOf(text: string, sign: string, from: number): number {
  const at = text.indexOf(sign, from);
  return at < 0 ? text.length : at;
}

/**
 * Where the quote is that closes a quoted cell; `undefined` if there is none,
 * and -1 if what follows a quote shows that the cell is not quoted.
 *
 * Two quotes are one in the cell. Of each run of quotes, only one with an odd
 * number of them can begin a cell, and a search ends at the next such run.
 * Therefore no part of the text is searched more than twice.
 */
function closingQuote(
  text: string,
  start: number,
  delimiter: string,
): number | undefined {
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    const next = text[at + 1];
    if (next !== '"') {
      return next === undefined || next === delimiter || next === "\n"
        ? at
        : -1;
    }
    at = text.indexOf('"', at + 2);
  }
  return undefined;
}
