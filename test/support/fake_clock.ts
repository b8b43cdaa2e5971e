// deno-lint-ignore no-external-import -- a timer of 0 ms takes at least one
import { setImmediate } from "node:timers";
// Imported when a first connection fails: fake time does not wait for a disk.
import "../../lib/transport/explain_failure.ts";

import type { Clock, TimerOptions } from "../../lib/async.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly ref: boolean;
}

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Let `ms` milliseconds pass: run every timer that becomes due, in the order
   * of their times, and drain all microtasks before, between and after them.
   */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  readonly timers: number;
  /** Timers that wait and would keep a process alive. */
  readonly refTimers: number;
}

/**
 * Make a fake clock.
 *
 * @param start What `now()` tells at first, in milliseconds.
 * @returns A clock whose time passes only in `advance`.
 */
export function fakeClock(start = 0): FakeClock {
  let now = start;
  const waiting = new Set<Timer>();

  function due(until: number): Timer | undefined {
    let first: Timer | undefined;
    // A set keeps insertion order, so equal times run in the order of arming.
    for (const timer of waiting) {
      if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }

  return {
    now: (): number => now,
    after(
      ms: number,
      callback: () => void,
      options?: TimerOptions,
    ): () => void {
      const at = now + Math.max(0, ms);
      const timer = { at, callback, ref: options?.ref !== false };
      waiting.add(timer);
      return () => void waiting.delete(timer);
    },
    async advance(ms: number): Promise<void> {
      const target = now + ms;
      await drainMicrotasks();
      for (let timer = due(target); timer; timer = due(target)) {
        waiting.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
        await drainMicrotasks();
      }
      now = target;
    },
    get timers(): number {
      return waiting.size;
    },
    get refTimers(): number {
      return [...waiting].filter((timer) => timer.ref).length;
    },
  };
}

/**
 * The same clock for real sockets: its timers of 0 ms fire without being moved,
 * since they wait for a turn of the event loop and not for time.
 */
export function impatient(clock: Clock): Clock {
  return {
    now: clock.now,
    after(ms, callback, options): () => void {
      if (ms > 0) return clock.after(ms, callback, options);
      // While the clock is moved it has its place among the other timers.
      const fire = (): void => {
        cancel();
        callback();
      };
      const id = setTimeout(fire, 0);
      const forget = clock.after(0, fire, options);
      const cancel = (): void => {
        clearTimeout(id);
        forget();
      };
      return cancel;
    },
  };
}

/** A turn of the real event loop: whatever was queued has run afterwards. */
export function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
