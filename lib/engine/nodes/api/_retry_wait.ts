/** How often one request is tried, the first time included. */
export const MOST_TRIES = 5;

/** The longest wait between two tries, in milliseconds. */
export const LONGEST_WAIT_MS = 60_000;

const FIRST_WAIT_MS = 1_000;

/**
 * How long to wait after a try that failed: a second, and twice as long each
 * time; or what the API asks for.
 *
 * @param attempt Which try has failed, from 1.
 * @param retryAfterMs What the API asks for.
 * @returns Milliseconds; `undefined` when there is no sense in another try,
 * because there were enough, or the API wants to be left alone for longer
 * than a minute.
 */
export function retryWait(
  attempt: number,
  retryAfterMs?: number,
): number | undefined {
  if (attempt >= MOST_TRIES) return undefined;
  const doubled = FIRST_WAIT_MS * 2 ** (attempt - 1);
  const wait = retryAfterMs ?? Math.min(doubled, LONGEST_WAIT_MS);
  return wait <= LONGEST_WAIT_MS ? wait : undefined;
}
