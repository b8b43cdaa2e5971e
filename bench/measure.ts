/** A pair of figures from one run. */
export interface Pair {
  /** The library's figure. */
  readonly ours: number;
  /** The figure of what it is measured against. */
  readonly bare: number;
  /**
   * The median of the rounds' ratios, ours divided by bare; turned where less
   * is better, so that more than 1 is always better than the yardstick.
   */
  readonly ratio: number;
  /** The ratio of the best rounds, which other load disturbs least. */
  readonly bestRatio: number;
}

/** Measures one contender once. */
export type Contender = () => Promise<number>;

/** How contenders are compared. */
export interface CompareOptions {
  /** The most rounds. */
  readonly rounds: number;
  /** Whether less is better. */
  readonly lessIsBetter?: boolean;
  /** The ratio that is enough: with it no further round is made. */
  readonly enough?: number;
}

/** So many rounds are made in any case: the first one warms up. */
const MIN_ROUNDS = 2;

/**
 * Run contenders in turn, round after round, and return medians. The ratio is
 * taken round by round, so that a machine that slows down slows both; who
 * begins alternates.
 */
export async function compare(
  ours: Contender,
  bare: Contender,
  { rounds, lessIsBetter = false, enough = Infinity }: CompareOptions,
): Promise<Pair> {
  const figures: { readonly ours: number[]; readonly bare: number[] } = {
    ours: [],
    bare: [],
  };
  for (let round = 1;; round++) {
    if (round % 2 === 1) figures.bare.push(await bare());
    figures.ours.push(await ours());
    if (round % 2 === 0) figures.bare.push(await bare());
    const pair = pairOf(figures.ours, figures.bare, lessIsBetter);
    const isEnough = round >= MIN_ROUNDS && ratioOf(pair) >= enough;
    if (isEnough || round >= rounds) return pair;
  }
}

/** The higher of both ratios: single rounds suffer from other load. */
export function ratioOf({ ratio, bestRatio }: Pair): number {
  return Math.max(ratio, bestRatio);
}

function pairOf(
  ours: readonly number[],
  bare: readonly number[],
  lessIsBetter: boolean,
): Pair {
  const ratio = (a: number, b: number): number => lessIsBetter ? b / a : a / b;
  const best = lessIsBetter ? Math.min : Math.max;
  return {
    ours: median(ours),
    bare: median(bare),
    ratio: median(ours.map((it, at) => ratio(it, bare[at] ?? NaN))),
    bestRatio: ratio(best(...ours), best(...bare)),
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
