/** How many seconds the charts show. */
export const SECONDS = 120;

/** How many latencies of one second are kept: enough for its 95th percentile. */
const MOST_LATENCIES = 512;

/** Figures of each of the last {@linkcode SECONDS}, oldest first. */
export class Series {
  /** When each second ended, in Unix seconds. */
  readonly times: number[] = [];
  /** Objects that were processed. */
  readonly done: number[] = [];
  /** Objects that failed. */
  readonly failed: number[] = [];
  /** The median latency in milliseconds; `null` where nothing was measured. */
  readonly median: (number | null)[] = [];
  /** The 95th percentile. */
  readonly slow: (number | null)[] = [];
  readonly #columns: readonly (number | null)[][] = [
    this.times,
    this.done,
    this.failed,
    this.median,
    this.slow,
  ] as (number | null)[][];
  #latencies: number[] = [];
  #seen = 0;

  /** Remove all figures. */
  clear(): void {
    for (const column of this.#columns) column.length = 0;
  }

  /** Record the latency of an object, in milliseconds. */
  took(latency: number): void {
    // Reservoir sampling: each latency has the same chance to be kept.
    const at = this.#seen++ < MOST_LATENCIES
      ? this.#latencies.length
      : Math.floor(Math.random() * this.#seen);
    if (at < MOST_LATENCIES) this.#latencies[at] = latency;
  }

  /** Add the figures of the second that has ended. */
  add(now: number, done: number, failed: number): void {
    const sorted = this.#latencies.sort((a, b) => a - b);
    this.#latencies = [];
    this.#seen = 0;
    const row = [now, done, failed, at(sorted, 0.5), at(sorted, 0.95)];
    this.#columns.forEach((column, place) => {
      column.push(row[place]!);
      if (column.length > SECONDS) column.shift();
    });
  }

  /** The newest measured latencies: of the last second that has any. */
  get latest(): { readonly median: number; readonly slow: number } | undefined {
    const found = this.median.findLastIndex((value) => value !== null);
    if (found < 0) return undefined;
    return { median: this.median[found]!, slow: this.slow[found]! };
  }
}

function at(sorted: readonly number[], share: number): number | null {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}
