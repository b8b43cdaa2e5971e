/** The ceiling of the first delay. */
const FIRST_MS = 250;
/** The ceiling of every delay. */
const MOST_MS = 15_000;
/** A login that lasted as long as this proves that the engine is well. */
export const STABLE_MS = 10_000;

/**
 * How long to wait before dialling again: full jitter, so that the clients of
 * an engine that restarts do not come back all at once.
 *
 * @param failures How often it has failed in a row, 0 for the first time.
 * @param random A number from 0 up to, but not including, 1.
 * @returns Milliseconds, from 0 up to a ceiling that doubles from 250 ms to
 * 15 s.
 */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return ceiling * random;
}
