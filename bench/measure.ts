/** A pair of figures from one run. */
export interface Pair {
  /** The library's figure. */
  readonly ours: number;
  /** The figure of what it is measured against. */
  readonly bare: number;
  /** The median of the rounds' ratios, ours divided by bare. */
  readonly ratio: number;
  /** The highest figures of all rounds, which other load disturbs least. */
  readonly best: { readonly ours: number; readonly bare: number };
}

/** Measures one contender once. */
export type Contender = () => Promise<number>;

/**
 * Run contenders in turn, round after round, and return medians. The ratio is
 * taken round by round, so that a machine that slows down slows both.
 */
export async function compare(
  ours: Contender,
  bare: Contender,
  rounds: number,
): Promise<Pair> {
  const results: { ours: number; bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = await bare();
    results.push({ bare: first, ours: await ours() });
  }
  return {
    ours: median(results.map((it) => it.ours)),
    bare: median(results.map((it) => it.bare)),
    ratio: median(results.map((it) => it.ours / it.bare)),
    best: {
      ours: Math.max(...results.map((it) => it.ours)),
      bare: Math.max(...results.map((it) => it.bare)),
    },
  };
}

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Seconds that some work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** How often a call is made in a second, with some of them in flight. */
export async function rate(
  count: number,
  inFlight: number,
  call: () => Promise<unknown>,
): Promise<number> {
  let left = count;
  async function worker(): Promise<void> {
    while (left-- > 0) await call();
  }
  const workers = () => Promise.all(Array.from({ length: inFlight }, worker));
  return count / await seconds(workers);
}
