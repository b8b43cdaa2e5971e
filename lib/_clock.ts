/** Options of a timer. */
export interface TimerOptions {
  /**
   * Whether the timer may keep a process alive. Timers that only serve
   * liveness must not.
   *
   * @default {true}
   */
  readonly ref?: boolean;
}

/** Time, as the library sees it; replaced by a fake one in tests. */
export interface Clock {
  /** Milliseconds since some fixed moment; never runs backwards. */
  now(): number;
  /**
   * Call `callback` once, `ms` from now, never for `Infinity`; returns what
   * cancels it.
   */
  after(ms: number, callback: () => void, options?: TimerOptions): () => void;
}

/** A timer that fires so late has waited for a program that computes. */
const LATE_MS = 20;
/** How long such a program is then given to look at what has arrived. */
const LEAST_EXTRA_MS = 50;
const MOST_EXTRA_MS = 250;
/** How often; a program that always computes has deadlines, too. */
const MOST_EXTRAS = 4;
/** How many turns of the event loop everybody is given. */
const TURNS = 3;

/**
 * Call `callback` when a wait has lasted `ms` and nothing that ends it has
 * arrived: runtimes run timers that are due before they look at what has
 * arrived, however long that was ago. So the loop gets some turns first, and
 * some time where the timer itself was late.
 *
 * @returns What cancels it.
 */
export function deadline(
  clock: Clock,
  ms: number,
  callback: () => void,
  options?: TimerOptions,
): () => void {
  let extras = 0;
  let turns = 0;
  let cancel: () => void;

  function wait(ms: number): void {
    const due = clock.now() + ms;
    cancel = clock.after(ms, () => look(clock.now() - due), options);
  }

  function look(late: number): void {
    if (late >= LATE_MS && extras++ < MOST_EXTRAS) {
      return wait(Math.min(Math.max(late, LEAST_EXTRA_MS), MOST_EXTRA_MS));
    }
    if (turns++ < TURNS) return wait(0);
    callback();
  }

  wait(ms);
  return () => cancel();
}

/** The platform's clock. Made on demand: nothing happens at module scope. */
export function systemClock(): Clock {
  return { now: monotonicNow, after: platformTimer };
}

function monotonicNow(): number {
  return performance.now();
}

function platformTimer(
  ms: number,
  callback: () => void,
  options?: TimerOptions,
): () => void {
  if (ms === Infinity) return noop;
  // Platforms hold delays in 31 bits; a longer one would fire at once.
  const id: unknown = setTimeout(callback, Math.min(ms, 0x7fffffff));
  if (options?.ref === false) unref(id);
  return () => clearTimeout(id as number);
}

function noop(): void {}

/** Release a timer's hold on the process where the runtime has such a thing. */
function unref(id: unknown): void {
  if (typeof id === "object" && id !== null && "unref" in id) {
    (id as { unref(): void }).unref();
  }
}
