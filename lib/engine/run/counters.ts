import type { TaskCounters } from "../../../schema/task.ts";
import type { Clock } from "../../async.ts";

const WINDOW_MS = 2_500;

/** Counts the objects of a task. */
export class Counters {
  readonly #clock: Clock;
  readonly #completed: Tally = { size: 0, count: 0 };
  readonly #failed: Tally = { size: 0, count: 0 };
  #window: Tally = { size: 0, count: 0 };
  #windowStart: number;
  #rate: Tally = { size: 0, count: 0 };

  /** Make counters that take the time for their rates from `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStart = clock.now();
  }

  /** Count an object of `size` bytes. */
  add(outcome: "completed" | "failed", size: number): void {
    const tally = outcome === "failed" ? this.#failed : this.#completed;
    for (const sum of [tally, this.#window]) {
      sum.count++;
      sum.size += size;
    }
  }

  /** The figures of now. */
  read(): TaskCounters {
    this.#turnWindow();
    const completed = this.#completed;
    const failed = this.#failed;
    return {
      totalSize: completed.size + failed.size,
      totalCount: completed.count + failed.count,
      completedSize: completed.size,
      completedCount: completed.count,
      failedSize: failed.size,
      failedCount: failed.count,
      wordsSize: 0,
      wordsCount: 0,
      rateSize: this.#rate.size,
      rateCount: this.#rate.count,
    };
  }

  /** Rates are taken when somebody looks, so that no timer is needed. */
  #turnWindow(): void {
    const elapsed = this.#clock.now() - this.#windowStart;
    if (elapsed < WINDOW_MS) return;
    const perSecond = 100_000 / elapsed;
    this.#rate = {
      size: Math.round(this.#window.size * perSecond),
      count: Math.round(this.#window.count * perSecond),
    };
    this.#window = { size: 0, count: 0 };
    this.#windowStart = this.#clock.now();
  }
}

interface Tally {
  size: number;
  count: number;
}
