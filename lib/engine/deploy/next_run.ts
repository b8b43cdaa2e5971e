import type { Schedule } from "./read_schedule.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The 29th of February may be as far away as eight years. */
const MOST_DAYS = 8 * 366 + 1;

/**
 * The first moment of a schedule after another moment.
 *
 * @param schedule The schedule, in UTC.
 * @param after Milliseconds since the epoch.
 * @returns The same; `undefined` when there is none, as for the 30th of
 * February.
 */
export function nextRun(
  schedule: Schedule,
  after: number,
): number | undefined {
  const start = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS;
  const today = Math.floor(start / DAY_MS) * DAY_MS;
  for (let day = 0; day < MOST_DAYS; day++) {
    const midnight = today + day * DAY_MS;
    if (!isDay(schedule, midnight)) continue;
    const found = inDay(schedule, midnight, start);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isDay(schedule: Schedule, midnight: number): boolean {
  const { months, days, weekdays, eitherDay } = schedule;
  const date = new Date(midnight);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const byDate = days.has(date.getUTCDate());
  const byWeekday = weekdays.has(date.getUTCDay());
  return eitherDay ? byDate || byWeekday : byDate && byWeekday;
}

/** The first moment on a day that is not before `start`. */
function inDay(
  { hours, minutes }: Schedule,
  midnight: number,
  start: number,
): number | undefined {
  for (let hour = 0; hour < 24; hour++) {
    const begin = midnight + hour * HOUR_MS;
    if (!hours.has(hour) || begin + HOUR_MS <= start) continue;
    for (let minute = 0; minute < 60; minute++) {
      const moment = begin + minute * MINUTE_MS;
      if (minutes.has(minute) && moment >= start) return moment;
    }
  }
  return undefined;
}
