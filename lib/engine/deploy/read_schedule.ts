import { ValidationException } from "../../errors.ts";

/** The moments at which something is started; all of them in UTC. */
export interface Schedule {
  /** The minutes of an hour, 0 to 59. */
  readonly minutes: ReadonlySet<number>;
  /** The hours of a day, 0 to 23. */
  readonly hours: ReadonlySet<number>;
  /** The days of a month, 1 to 31. */
  readonly days: ReadonlySet<number>;
  /** The months of a year, 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** The days of a week, 0 to 6, Sunday first. */
  readonly weekdays: ReadonlySet<number>;
  /** Whether a day is meant that is in either set, as both were narrowed. */
  readonly eitherDay: boolean;
}

/** Words for common schedules. */
const WORDS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** A field of a cron expression: its range, and its names from `low` on. */
interface Field {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const MINUTES: Field = { low: 0, high: 59 };
const HOURS: Field = { low: 0, high: 23 };
const DAYS: Field = { low: 1, high: 31 };
const MONTHS: Field = {
  low: 1,
  high: 12,
  names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" "),
};
const WEEKDAYS: Field = {
  low: 0,
  high: 7,
  names: "sun mon tue wed thu fri sat".split(" "),
};

/**
 * Read a schedule: a word like `@daily`, or a cron expression of five fields
 * with lists, ranges, steps and names.
 *
 * @returns The schedule; `undefined` for `manual`, which is never.
 * @throws {ValidationException} It is neither.
 */
export function readSchedule(text: string): Schedule | undefined {
  if (text === "manual") return undefined;
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
  const [minute, hour, day, month, weekday, ...more] = (word ?? text)
    .trim().split(/\s+/);
  if (weekday === undefined || more.length > 0) throw invalid(text);
  const read = (field: string | undefined, range: Field): Set<number> => {
    const values = readField(field ?? "", range);
    if (!values) throw invalid(text);
    return values;
  };
  return {
    minutes: read(minute, MINUTES),
    hours: read(hour, HOURS),
    days: read(day, DAYS),
    months: read(month, MONTHS),
    // Sunday may be written as 7, too.
    weekdays: new Set([...read(weekday, WEEKDAYS)].map((it) => it % 7)),
    eitherDay: !day?.startsWith("*") && !weekday.startsWith("*"),
  };
}

function readField(text: string, range: Field): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, first, last, by] =
      /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    const isAll = first === "*";
    if (isAll && last !== undefined) return undefined;
    const from = isAll ? range.low : readValue(first, range);
    const open = isAll || by !== undefined && last === undefined;
    const to = open ? range.high : readValue(last ?? first, range);
    const step = Number(by ?? 1);
    if (!(from <= to && step >= 1)) return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

/** A number or name in its range; `NaN` for anything else. */
function readValue(text: string, { low, high, names = [] }: Field): number {
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0
    ? named + low
    : /^\d+$/.test(text)
    ? Number(text)
    : NaN;
  return value >= low && value <= high ? value : NaN;
}

function invalid(text: string): ValidationException {
  return new ValidationException(
    `Invalid schedule '${text}': expected 'manual', a word like '@daily' ` +
      `or a cron expression of five fields`,
  );
}
