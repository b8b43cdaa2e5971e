/** The ceiling of the first delay. */
const FIRST_MS = 250;
/** The ceiling of every delay. */
const MOST_MS = 15_000;
/** The floor of the delay that an engine has asked for (RFC 6455's registry). */
const ASKED_MS = 5_000;
/** A login that lasted as long as this proves that the engine is well. */
export const STABLE_MS = 10_000;

/** Close codes of who asks for time: it restarts, or is too busy (field F12). */
const ASKS_FOR_TIME: ReadonlySet<unknown> = new Set([1012, 1013]);

/**
 * How long to wait before dialling again: full jitter, so that the clients of
 * an engine that restarts do not come back all at once.
 *
 * @param failures How often it has failed in a row, 0 for the first time.
 * @param random A number from 0 up to, but not including, 1.
 * @param closeCode The code with which the engine hung up, if it did. Those
 * for a restart and for being too busy ask for 5 s at least.
 * @returns Milliseconds, from 0 up to a ceiling that doubles from 250 ms to
 * 15 s; from 5 s to 15 s where the engine has asked for time.
 */
export function backoff(
  failures: number,
  random: number,
  closeCode?: number,
): number {
  if (ASKS_FOR_TIME.has(closeCode)) {
    return ASKED_MS + (MOST_MS - ASKED_MS) * random;
  }
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return ceiling * random;
}
