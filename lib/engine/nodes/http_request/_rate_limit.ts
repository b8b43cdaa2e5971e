import type { Clock } from "../../../async.ts";
import { ExecutionException } from "../../../errors.ts";

/** How much is allowed; 0 of anything means any number. */
export interface RateLimitOptions {
  /** How many a second, on average and at once. */
  readonly perSecond: number;
  /** How many a minute, on average and at once. */
  readonly perMinute: number;
  /** How many at the same time. */
  readonly atOnce: number;
  /** Where time comes from. */
  readonly clock: Clock;
}

interface Bucket {
  readonly most: number;
  readonly periodMs: number;
  readonly what: string;
  left: number;
}

/**
 * Bounds how often something is done. What is too much is refused at once:
 * nothing waits, so nothing piles up.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets: readonly Bucket[];
  #filledAt: number;
  #underWay = 0;

  /** Begin with everything allowed. */
  constructor(options: RateLimitOptions) {
    const { perSecond, perMinute, clock } = options;
    this.#options = options;
    this.#filledAt = clock.now();
    this.#buckets = [
      bucket(perSecond, 1_000, "second"),
      bucket(perMinute, 60_000, "minute"),
    ].filter(({ most }) => most > 0);
  }

  /**
   * Do something, if it is allowed now.
   *
   * @throws {ExecutionException} It is not; it may be later.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { atOnce } = this.#options;
    // What is refused for this takes nothing from the rates.
    if (atOnce > 0 && this.#underWay >= atOnce) {
      throw tooMuch(`${atOnce} requests are under way`);
    }
    this.#take();
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  #take(): void {
    const now = this.#options.clock.now();
    const elapsed = now - this.#filledAt;
    this.#filledAt = now;
    for (const bucket of this.#buckets) {
      const more = elapsed * bucket.most / bucket.periodMs;
      bucket.left = Math.min(bucket.most, bucket.left + more);
    }
    const empty = this.#buckets.find(({ left }) => left < 1);
    if (empty) {
      throw tooMuch(`${empty.most} requests a ${empty.what} are allowed`);
    }
    for (const bucket of this.#buckets) bucket.left--;
  }
}

function bucket(most: number, periodMs: number, what: string): Bucket {
  return { most, periodMs, what, left: most };
}

function tooMuch(why: string): ExecutionException {
  return new ExecutionException(`Rate limit exceeded: ${why}`, {
    retryable: true,
  });
}
