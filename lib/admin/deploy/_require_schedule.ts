const WORDS =
  /^(?:manual|@(?:yearly|annually|monthly|weekly|daily|midnight|hourly))$/;

/** Five or six fields; what they may hold in detail is the engine's to say. */
const CRON = /^[\w*,\-/?#]+(?: +[\w*,\-/?#]+){4,5}$/;

/**
 * Check a schedule, if there is one.
 *
 * @throws {RangeError} It is neither a known word nor a cron expression.
 */
export function requireSchedule(
  schedule: string | undefined,
): string | undefined {
  if (schedule === undefined) return undefined;
  if (WORDS.test(schedule) || CRON.test(schedule)) return schedule;
  throw new RangeError(
    `Cannot use schedule "${schedule}": expected manual, a word like @daily or a cron expression`,
  );
}
