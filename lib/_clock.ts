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
