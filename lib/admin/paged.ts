import { isRecord } from "../../schema/json.ts";
import type { OptionNames } from "../check.ts";
import type { CallOptions } from "../session/session.ts";
import { given, unreadable } from "./answers.ts";

/** Options of functions that return a {@linkcode PagedList}. */
export interface ListOptions extends CallOptions {
  /**
   * How many rows one request asks for, 1 to 100.
   *
   * @default {50}
   */
  readonly pageSize?: number | undefined;
  /** Text that a row must have somewhere, in any case. @default {none} */
  readonly search?: string | undefined;
  /**
   * What to sort by, most important first. Fields that are unknown to the
   * server are ignored.
   *
   * @default {the server's own order}
   */
  readonly sort?: readonly SortBy[] | undefined;
  /**
   * What fields must be: text that they must have in them, a number or boolean
   * that they must be, a list that they must be in. `<field>__gte` and
   * `<field>__lte` bound numbers and ISO dates.
   *
   * @default {none}
   */
  readonly filters?: Readonly<Record<string, unknown>> | undefined;
}

/** One thing that rows are sorted by. */
export interface SortBy {
  /** The name of a member of the rows. */
  readonly field: string;
  /** Rising or falling. */
  readonly dir: "asc" | "desc";
}

/** Some rows of a list. */
export interface Page<Row> {
  /** The rows. */
  readonly rows: readonly Row[];
  /** How many rows there are in all. */
  readonly total: number;
  /** The number of this page, from 1. */
  readonly page: number;
  /** How many rows a page has. */
  readonly pageSize: number;
}

/**
 * A list that is asked for page by page: `for await` goes through all rows and
 * asks for the next page when it needs it. Rows that come and go meanwhile may
 * be missed, or come twice.
 */
export interface PagedList<Row> extends AsyncIterable<Row> {
  /**
   * Ask for one page.
   *
   * @param number Which one, from 1; 1 by default.
   */
  page(number?: number): Promise<Page<Row>>;
}

/** The options of functions that return lists. */
export const LIST_NAMES: OptionNames<ListOptions> = {
  pageSize: "number",
  search: "string",
  sort: "list",
  filters: "object",
  signal: 1,
  timeout: 1,
};

/** Asks for one page, with arguments as the server wants them. */
export type AskPage = (
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Make a list of what a command returns page by page.
 *
 * @param what What the rows are, for the failure.
 * @param options As the caller gave them, checked.
 * @param names What the server calls the members, where that differs.
 */
export function pagedList<Row>(
  what: string,
  { pageSize, search, sort, filters, signal, timeout }: ListOptions,
  ask: AskPage,
  names: { readonly rows?: string; readonly pageSize?: string } = {},
): PagedList<Row> {
  const { rows: rowsName = "rows", pageSize: sizeName = "page_size" } = names;
  const isSize = Number.isInteger(pageSize) && Number(pageSize) > 0;
  if (pageSize !== undefined && !isSize) {
    throw new RangeError(
      `Cannot use pageSize ${pageSize}: expected a whole number above 0`,
    );
  }

  async function page(number = 1): Promise<Page<Row>> {
    if (!Number.isInteger(number) || number < 1) {
      throw new RangeError(
        `Cannot use page ${number}: expected a whole number above 0`,
      );
    }
    const args = given({ search, sort, filters, [sizeName]: pageSize });
    const body = await ask({ page: number, ...args }, { signal, timeout });
    const rows = body[rowsName];
    if (!Array.isArray(rows) || !rows.every(isRecord)) {
      throw unreadable(`a list of ${what}`);
    }
    const count = (name: string, otherwise: number): number =>
      typeof body[name] === "number" ? body[name] : otherwise;
    return {
      rows: rows as Row[],
      total: count("total", rows.length),
      page: count("page", number),
      pageSize: count("pageSize", pageSize ?? rows.length),
    };
  }

  return {
    page,
    async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
      for (let number = 1;; number++) {
        const { rows, total, pageSize } = await page(number);
        yield* rows;
        if (rows.length === 0 || number * pageSize >= total) return;
      }
    },
  };
}

/** A list that an older server returns whole, as if it were page 1 of 1. */
export function wholeList(
  rows: readonly unknown[],
  asked: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { page } = asked;
  const { length: total } = rows;
  // Anything else would have to be done here.
  return { rows: page === 1 ? rows : [], total, page, pageSize: total };
}
