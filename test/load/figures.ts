/** A figure of a run, and what it must keep. */
export interface Figure {
  /** What was measured. */
  readonly what: string;
  /** How much it was. */
  readonly value: number;
  /** Its unit, such as `ms`. */
  readonly unit: string;
  /** The most that it may be, where that was promised. */
  readonly most?: number;
  /** The least that it may be, where that was promised. */
  readonly least?: number;
}

/** Whether a figure keeps what was promised. */
export function holds({ value, most, least }: Figure): boolean {
  return value <= (most ?? Infinity) && value >= (least ?? -Infinity);
}

/** A figure as a row of a table. */
export function rowOf(figure: Figure): string {
  const { what, value, unit, most, least } = figure;
  const limits = [
    ...(most === undefined ? [] : [`at most ${shown(most)}`]),
    ...(least === undefined ? [] : [`at least ${shown(least)}`]),
  ];
  const verdict = limits.length === 0
    ? ""
    : `${limits.join(", ")}: ${holds(figure) ? "ok" : "FAILED"}`;
  return `| ${what} | ${shown(value)} | ${unit} | ${verdict} |`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Durations, and what can be said about them. */
export class Durations {
  readonly #values: number[] = [];

  /** How many there are. */
  get count(): number {
    return this.#values.length;
  }

  /** Add one, in milliseconds. */
  add(ms: number): void {
    this.#values.push(ms);
  }

  /** Do some work, and add the time that it took. */
  async time<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.add(performance.now() - start);
    return result;
  }

  /** The value that a share of them does not exceed, such as 0.99. */
  at(share: number): number {
    return quantile(this.#values, share);
  }

  /** The median, the 99th percentile and the longest, as figures. */
  figures(what: string, mostAt99?: number): Figure[] {
    return [
      { what: `${what}, p50`, value: this.at(0.5), unit: "ms" },
      {
        what: `${what}, p99`,
        value: this.at(0.99),
        unit: "ms",
        ...(mostAt99 !== undefined && { most: mostAt99 }),
      },
      { what: `${what}, longest`, value: this.at(1), unit: "ms" },
    ];
  }
}

/** The value that a share of some numbers does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.ceil(sorted.length * share) - 1;
  return sorted[Math.max(at, 0)] ?? NaN;
}

/** Throw unless something that was promised holds. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throw unless a count is exact. */
export function exactly(what: string, value: number, expected: number): void {
  must(value === expected, `${what}: ${value} instead of ${expected}`);
}
