/** How long one run takes, in milliseconds. */
export type Run = () => Promise<number>;

/** What was found out about how time grows with the length of a text. */
export interface Growth {
  /** The length of the longest text that was read. */
  readonly size: number;
  /** What is wrong; nothing when time is proportional to length. */
  readonly fault: string | undefined;
}

/** Texts below this length are not measured by themselves. */
export const FIRST_SIZE = 1024;
/** The greatest length that counts. */
export const LAST_SIZE: number = 1024 * 1024;
const RUNS = 5;
/** Shorter runs say little: timers, compilers and collectors disturb them. */
const TELLING_MS = 50;
const MAX_RATIO = 2.6;
/** So little that one run of each length is enough. */
const CLEAR_RATIO = 2.2;
const MAX_MS = 2_000;
/** How often a measurement is repeated before it counts as a fault. */
const ATTEMPTS = 3;

/**
 * Find out whether the time that a function takes is proportional to the
 * length of its text.
 *
 * The length doubles until a run takes 50 ms or the text has 1 MB. From there
 * on, twice the length may take at most 2.6 times as long, and 1 MB at most
 * 2 s. What counts is the fastest of five runs; where fewer are fast enough,
 * the others are left out.
 *
 * @param runOf Prepares runs with a text of about that many bytes.
 */
export async function growthOf(runOf: (size: number) => Run): Promise<Growth> {
  let size = FIRST_SIZE;
  while (size < LAST_SIZE && await isFaster(runOf(size), TELLING_MS)) size *= 2;
  let fault: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    fault = await faultFrom(runOf, size);
    if (fault === undefined) break;
  }
  return { size, fault };
}

async function faultFrom(
  runOf: (size: number) => Run,
  size: number,
): Promise<string | undefined> {
  let last = 0;
  if (size < LAST_SIZE) {
    const single = runOf(size);
    const double = runOf(2 * size);
    let once = Infinity;
    let twice = Infinity;
    for (let count = 0; count < RUNS; count++) {
      once = Math.min(once, await single());
      twice = Math.min(twice, await double());
      if (twice <= (count > 0 ? MAX_RATIO : CLEAR_RATIO) * once) break;
    }
    if (twice > MAX_RATIO * once) {
      // A busy machine made a short run look like a telling one.
      if (once < TELLING_MS) return await faultFrom(runOf, 2 * size);
      return `${2 * size} bytes take ${twice.toFixed(0)} ms, ` +
        `${(twice / once).toFixed(1)} times as long as ${size}`;
    }
    // What the longest text takes at most, if time goes on to grow like that.
    last = twice * (LAST_SIZE / (2 * size)) ** Math.log2(MAX_RATIO);
  }
  if (size < LAST_SIZE && last < MAX_MS) return undefined;
  if (await isFaster(runOf(LAST_SIZE), MAX_MS)) return undefined;
  return `${LAST_SIZE} bytes take more than ${MAX_MS} ms`;
}

/** Whether the fastest of five runs takes less time. */
async function isFaster(run: Run, limit: number): Promise<boolean> {
  for (let count = 0; count < RUNS; count++) {
    if (await run() < limit) return true;
  }
  return false;
}
