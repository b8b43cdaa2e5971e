import { drainMicrotasks } from "../support/fake_clock.ts";
import type { Clock, TimerOptions } from "../../lib/async.ts";

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  readonly options: TimerOptions | undefined;
  id: ReturnType<typeof setTimeout> | undefined;
}

/** The longest delay that platforms hold. */
const MAX_DELAY_MS = 0x7fffffff;

/** The platform's clock, whose hands a test can put forward. */
export interface JumpingClock extends Clock {
  /** Timers that wait. */
  readonly timers: number;
  /**
   * Let `ms` milliseconds pass: every timer that is due by then runs at its
   * time, with a turn of the event loop after it.
   */
  jump(ms: number): Promise<void>;
}

/** Make a clock that goes by itself, and faster where a test says so. */
export function jumpingClock(): JumpingClock {
  const waiting = new Set<Timer>();
  let ahead = 0;
  const now = (): number => performance.now() + ahead;

  function arm(timer: Timer): void {
    clearTimeout(timer.id);
    const left = Math.max(0, timer.due - now());
    timer.id = setTimeout(() => fire(timer), Math.min(left, MAX_DELAY_MS));
    if (timer.options?.ref === false) Deno.unrefTimer(Number(timer.id));
  }

  function due(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of waiting) {
      if (timer.due <= until && (!first || timer.due < first.due)) {
        first = timer;
      }
    }
    return first;
  }

  function fire(timer: Timer): void {
    clearTimeout(timer.id);
    if (waiting.delete(timer)) timer.callback();
  }

  return {
    now,
    after(ms, callback, options): () => void {
      if (ms === Infinity) return () => {};
      const timer: Timer = {
        due: now() + ms,
        callback,
        options,
        id: undefined,
      };
      waiting.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.id);
        waiting.delete(timer);
      };
    },
    get timers(): number {
      return waiting.size;
    },
    async jump(ms): Promise<void> {
      const target = now() + ms;
      for (let timer = due(target); timer; timer = due(target)) {
        ahead += Math.max(0, timer.due - now());
        fire(timer);
        // What has arrived meanwhile comes before the next timer.
        await drainMicrotasks();
      }
      ahead += Math.max(0, target - now());
      for (const timer of waiting) arm(timer);
    },
  };
}
