import papaparse from "papaparse";
import { tableBuilder } from "./markdown_table.ts";

/** The part of the library that is used; it comes without types. */
interface Papa {
  readonly Parser: new (config: { delimiter: string; newline: "\n" }) => {
    parse(
      text: string,
      base: number,
      leaveLastRow: boolean,
    ): { data: readonly string[][]; meta: { cursor: number } };
  };
}

/** Comma or tab separated text on its way into a table. */
export interface DelimitedTable {
  /** Take more of the text. */
  write(text: string): void;
  /** The table in Markdown form, the first record as its heading. */
  end(): string;
}

/**
 * How much text may wait for the end of its record. More than that comes of
 * a quote that is never closed; it is taken as it stands.
 */
const LONGEST_RECORD = 4 * 1_048_576;

/**
 * Read comma or tab separated text while it arrives. Blank lines are left
 * out; line ends inside cells become single line feeds.
 *
 * @param delimiter What parts the cells; guessed from the first record when
 * absent: a comma, unless that gives one cell and a semicolon, a tab or a bar
 * gives more.
 */
export function delimitedTable(delimiter?: string): DelimitedTable {
  const { Parser } = papaparse as unknown as Papa;
  const table = tableBuilder();
  let chosen = delimiter;
  let pending = "";
  let heldReturn = "";

  function rows(text: string, by: string, leaveLast: boolean): number {
    const parser = new Parser({ delimiter: by, newline: "\n" });
    const { data, meta } = parser.parse(text, 0, leaveLast);
    for (const row of data) if (row.length > 1 || row[0] !== "") table.add(row);
    return meta.cursor;
  }

  function width(text: string, by: string): number {
    const parser = new Parser({ delimiter: by, newline: "\n" });
    return parser.parse(firstRecord(text), 0, false).data[0]?.length ?? 0;
  }

  function guess(text: string): string {
    if (width(text, ",") > 1) return ",";
    return [";", "\t", "|"].reduce(
      (best, by) => width(text, by) > width(text, best) ? by : best,
      ",",
    );
  }

  function take(last: boolean): void {
    if (pending === "") return;
    chosen ??= guess(pending);
    const leave = !last && pending.length <= LONGEST_RECORD;
    pending = pending.slice(rows(pending, chosen, leave));
    if (!leave) pending = "";
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
  };
}

/** The text up to the first line end outside quotes. */
function firstRecord(text: string): string {
  let quoted = false;
  const start = text.search(/[^\n]/);
  for (let at = Math.max(start, 0); at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    if (text[at] === "\n" && !quoted) return text.slice(start, at);
  }
  return text.slice(Math.max(start, 0));
}
