import { isRecord } from "../../../schema/json.ts";
import { numberOf, textOf } from "../text_of.ts";

type Row = Readonly<Record<string, unknown>>;

const DEFAULT_SIZE = 50;
const MAX_SIZE = 100;
/** What a request may sort by, and how many values a filter may have. */
const MAX_LEVELS = 8;
const MAX_VALUES = 1_000;

/** How a list is searched and sorted by default. */
export interface ListRules {
  /** The members that a search looks at. */
  readonly searched: readonly string[];
  readonly order: { readonly field: string; readonly dir: "asc" | "desc" };
}

/** One page of rows: what a request searches, filters and sorts for. */
export function pageOf(
  all: readonly object[],
  args: Row,
  { searched, order }: ListRules,
): Row {
  const { search, filters } = args;
  const wanted = typeof search === "string" ? search.toLowerCase() : "";
  const conditions = Object.entries(isRecord(filters) ? filters : {});
  const rows = (all as readonly Row[]).filter((row) =>
    (wanted === "" || searched.some((name) => contains(row[name], wanted))) &&
    conditions.every(([name, value]) => meets(row, name, value))
  );
  const sort = Array.isArray(args.sort) ? args.sort.slice(0, MAX_LEVELS) : [];
  const given = sort.filter(isRecord);
  const known = given.filter(({ field }) =>
    rows.some((row) => Object.hasOwn(row, textOf(field)))
  );
  const levels = known.length > 0 ? known : [order];
  rows.sort((a, b) => {
    for (const { field, dir } of levels) {
      const found = compare(a[textOf(field)], b[textOf(field)]);
      if (found !== 0) return dir === "desc" ? -found : found;
    }
    return 0;
  });
  const pageSize = Math.min(whole(args.page_size) ?? DEFAULT_SIZE, MAX_SIZE);
  const page = whole(args.page) ?? 1;
  const from = (page - 1) * pageSize;
  const shown = rows.slice(from, from + pageSize);
  return { rows: shown, total: rows.length, page, pageSize };
}

/** A number from 1; others have their default. */
function whole(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return value === 0 ? undefined : Math.max(1, Math.trunc(value));
}

function contains(value: unknown, wanted: string): boolean {
  if (value === undefined || value === null) return false;
  const text = typeof value === "object"
    ? JSON.stringify(value)
    : textOf(value);
  return text.toLowerCase().includes(wanted);
}

/** Whether a row is what one filter wants; unknown and empty ones want all. */
function meets(row: Row, filter: string, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null || wanted === "") return true;
  const [, name = filter, bound] = /^(.*)__(gte|lte)$/.exec(filter) ?? [];
  const value = row[name];
  if (value === undefined) return true;
  if (bound !== undefined) return isWithin(value, bound, wanted);
  if (Array.isArray(wanted)) {
    return wanted.length === 0 ||
      wanted.slice(0, MAX_VALUES).some((it) => textOf(it) === textOf(value));
  }
  if (typeof value === "boolean" || typeof value === "number") {
    return textOf(value) === textOf(wanted).toLowerCase();
  }
  return contains(value, textOf(wanted).toLowerCase());
}

/** An upper bound that is a day has all of that day. */
function isWithin(value: unknown, bound: string, wanted: unknown): boolean {
  const isDay = typeof wanted === "string" && /^\d{4}-\d\d-\d\d$/.test(wanted);
  const limit = secondsOf(wanted) + (isDay && bound === "lte" ? 86_400 : 0);
  const own = secondsOf(value);
  if (Number.isNaN(own) || Number.isNaN(limit)) return false;
  return bound === "gte" ? own >= limit : isDay ? own < limit : own <= limit;
}

/** A number, or a date as Unix seconds. */
function secondsOf(value: unknown): number {
  const number = numberOf(value);
  return Number.isNaN(number) ? Date.parse(textOf(value)) / 1_000 : number;
}

/** Nothing comes first. */
function compare(a: unknown, b: unknown): number {
  const isNone = (value: unknown): boolean =>
    value === undefined || value === null;
  if (isNone(a) || isNone(b)) return Number(isNone(b)) - Number(isNone(a));
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [one, other] = [a, b].map((value) =>
    typeof value === "string" ? value : JSON.stringify(value)
  ) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}
