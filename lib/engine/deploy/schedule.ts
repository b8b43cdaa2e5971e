import { type Clock, ignore } from "../../async.ts";
import { ValidationException } from "../../errors.ts";

/** When something is started. */
export interface Schedule {
  /** How it was written. */
  readonly text: string;
  /** The first moment after another, in milliseconds since the epoch. */
  next(after: number): number | undefined;
}

/** Numbers, names, lists, ranges and steps; and words such as `@daily`. */
const PATTERN = /^(?:@[a-z]+|[\w*,/ \t-]{1,1000})$/;

/**
 * Read a schedule: `manual`, which is never, a word such as `@daily`, or a cron
 * expression of five fields, in UTC.
 */
export async function readSchedule(text: string): Promise<Schedule> {
  if (text === "manual") return { text, next: () => undefined };
  if (!PATTERN.test(text)) throw invalid(text);
  const [, , day = "", , weekday = ""] = text.trim().split(/\s+/);
  // Loaded late: most engines have no schedules.
  const { Cron } = await import("croner");
  try {
    const cron = new Cron(text.trim(), {
      paused: true,
      timezone: "UTC",
      mode: "5-part",
      // `5/15` counts from 5 to the end.
      sloppyRanges: true,
      // A star in one of both fields narrows nothing, whatever its step.
      domAndDow: day.startsWith("*") || weekday.startsWith("*"),
    });
    return {
      text,
      next: (after) => cron.nextRun(new Date(after))?.getTime(),
    };
  } catch {
    throw invalid(text);
  }
}

/**
 * Call back at each moment of a schedule; `now` is in milliseconds since the
 * epoch.
 *
 * @returns What stops it.
 */
export function whenDue(
  clock: Clock,
  now: () => number,
  schedule: Schedule,
  run: () => void,
): () => void {
  let cancel = ignore;
  const wait = (due = schedule.next(now())): void => {
    if (due === undefined) return;
    const wake = (): void => {
      // Platforms limit the delay of a timer.
      if (now() < due) return wait(due);
      wait();
      run();
    };
    cancel = clock.after(due - now(), wake, { ref: false });
  };
  wait();
  return () => cancel();
}

function invalid(text: string): ValidationException {
  return new ValidationException(
    `Invalid schedule '${text}': expected 'manual', a word like '@daily' ` +
      `or a cron expression of five fields`,
  );
}
