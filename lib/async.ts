/**
 * Promises, signals and time: what every other module waits with.
 *
 * @module
 */

/** A promise with its controls; a rejection never counts as unhandled. */
export interface Deferred<T> {
  /** The promise; may be left unobserved. */
  readonly promise: Promise<T>;
  /** Resolve the promise; later calls are ignored. */
  resolve(value: T | PromiseLike<T>): void;
  /** Reject the promise; later calls are ignored. */
  reject(reason: unknown): void;
}

/** A signal as options accept it; `null` and `undefined` mean none. */
export type MaybeSignal = AbortSignal | null | undefined;

/** Options of a timer. */
export interface TimerOptions {
  /**
   * Whether the timer keeps a process alive.
   *
   * @default {true}
   */
  readonly ref?: boolean;
}

/** The library's source of time; tests replace it. */
export interface Clock {
  /** Milliseconds since some fixed moment; never decreases. */
  now(): number;
  /**
   * Call `callback` once after `ms` milliseconds, never for `Infinity`.
   * Returns a function that cancels the timer.
   */
  after(ms: number, callback: () => void, options?: TimerOptions): () => void;
}

/** Do nothing; also swallows a rejection that is reported elsewhere. */
export function ignore(): void {}

/** Create a {@linkcode Deferred}. */
export function deferred<T>(): Deferred<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(ignore);
  return made;
}

/**
 * Call `listener` once when the signal aborts; synchronously if it already
 * has.
 *
 * @returns A function that removes the listener. Signals often outlive the
 * work that listens to them, so every caller removes its listener.
 */
export function onAbort(
  signal: MaybeSignal,
  listener: (reason: unknown) => void,
): () => void {
  if (!signal) return ignore;
  if (signal.aborted) {
    listener(signal.reason);
    return ignore;
  }
  const handler = (): void => listener(signal.reason);
  signal.addEventListener("abort", handler, { once: true });
  return () => signal.removeEventListener("abort", handler);
}

/**
 * Wait for a promise until the signal aborts, then reject with the signal's
 * reason. The promise itself goes on; its rejection is ignored.
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: MaybeSignal,
): Promise<T> {
  if (!signal) return promise;
  const gate = deferred<T>();
  const detach = onAbort(signal, gate.reject);
  promise.then(gate.resolve, gate.reject).finally(detach);
  return gate.promise;
}

/**
 * Abort a controller as soon as one of the signals aborts.
 *
 * @returns A function that detaches it from all of them.
 */
export function follow(
  controller: AbortController,
  ...signals: readonly MaybeSignal[]
): () => void {
  const abort = (reason: unknown): void => controller.abort(reason);
  const detach = signals.map((signal) => onAbort(signal, abort));
  return () => detach.forEach((off) => off());
}

/**
 * Combine signals into one that aborts with the first of them. A single signal
 * is returned as it is, since controllers are expensive.
 *
 * @returns The signal, and a function that detaches it from its sources.
 */
export function combineSignals(
  ...signals: readonly MaybeSignal[]
): readonly [signal: MaybeSignal, detach: () => void] {
  const given = signals.filter((signal) => !!signal);
  if (given.length < 2) return [given[0], ignore];
  const controller = new AbortController();
  return [controller.signal, follow(controller, ...given)];
}

/**
 * A signal that is created at the first access, and its reason with it: both
 * are expensive on some runtimes, and most are never accessed.
 */
export class LazySignal {
  #controller: AbortController | undefined;
  #reason: (() => unknown) | undefined;

  /** Whether `abort` was called. */
  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /** The signal. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  /** Abort the signal; later calls are ignored. */
  abort(reason: () => unknown): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason());
  }
}

/** Callbacks that wait for room; see {@linkcode roomGate}. */
export interface RoomGate {
  /**
   * Whether there is no room, or other callbacks wait for it.
   *
   * @param onRoom Called once, when there is room and it is its turn; not if
   * `isFull` returned `false`, and not after `end`.
   */
  isFull(onRoom?: () => void): boolean;
  /** Call the waiting callbacks in order while there is room. */
  flush(): void;
  /** Drop the waiting callbacks. */
  end(): void;
}

/**
 * Queue callbacks while a resource is full, and call them in order.
 *
 * @param isExceeded Whether the resource is full.
 * @param pollMs Milliseconds between checks, besides calls of `flush`.
 */
export function roomGate(
  clock: Clock,
  isExceeded: () => boolean,
  pollMs: number,
): RoomGate {
  let waiting: (() => void)[] = [];
  let stopTimer = ignore;

  function flush(): void {
    while (waiting[0] && !isExceeded()) waiting.shift()!();
    stopTimer();
    stopTimer = waiting[0] ? clock.after(pollMs, flush) : ignore;
  }

  return {
    isFull(onRoom): boolean {
      const isFull = !!waiting[0] || isExceeded();
      if (isFull && onRoom && waiting.push(onRoom) === 1) flush();
      return isFull;
    },
    flush,
    end(): void {
      waiting = [];
      flush();
    },
  };
}

/** A timer that fires this late was delayed by synchronous work. */
const LATE_MS = 20;
/** The extra time to read what has arrived meanwhile. */
const MIN_EXTRA_MS = 50;
const MAX_EXTRA_MS = 250;
/** The most extensions: a program that is always busy has deadlines, too. */
const MAX_EXTRAS = 4;
/** Turns of the event loop that pass before any deadline counts. */
const TURNS = 3;

/**
 * Call `callback` after `ms` milliseconds, unless it is cancelled by then.
 * Runtimes run overdue timers before they read what has arrived, however long
 * ago that was. So the event loop gets some turns first, and extra time if the
 * timer itself was late.
 *
 * @returns A function that cancels it.
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
    cancel = clock.after(ms, () => check(clock.now() - due), options);
  }

  function check(late: number): void {
    if (late >= LATE_MS && extras++ < MAX_EXTRAS) {
      wait(Math.min(Math.max(late, MIN_EXTRA_MS), MAX_EXTRA_MS));
    } else if (turns++ < TURNS) wait(0);
    else callback();
  }

  wait(ms);
  return () => cancel();
}

/** Wait for a promise, whatever its outcome, but at most `ms` milliseconds. */
export async function within(
  clock: Clock,
  ms: number,
  promise: Promise<unknown> | undefined,
  options?: TimerOptions,
): Promise<void> {
  if (!promise) return;
  const over = deferred<unknown>();
  const end = (): void => over.resolve(undefined);
  const cancel = deadline(clock, ms, end, options);
  promise.then(end, end);
  await over.promise;
  cancel();
}

/** Wait for `ms` milliseconds, or reject with the signal's reason. */
export async function delay(
  clock: Clock,
  ms: number,
  signal?: MaybeSignal,
): Promise<void> {
  let cancel = ignore;
  const passed = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await abortable(passed, signal).finally(cancel);
}

/**
 * Call a user's callback, if there is one. What it throws or rejects with is
 * ignored: an observer must not change what it observes.
 *
 * @returns A promise that resolves when that of the callback has settled;
 * `undefined` if the callback returned none.
 */
export function notify<T>(
  callback: ((value: T) => unknown) | undefined,
  value: T,
): Promise<unknown> | undefined {
  try {
    const result = callback?.(value);
    // Promises of other realms and libraries, too.
    const isPromise = typeof Object(result).then === "function";
    return isPromise ? Promise.resolve(result).catch(ignore) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Let `await using` dispose of an object, on runtimes that have the symbol.
 */
export function makeDisposable(
  target: object,
  dispose: () => PromiseLike<void>,
): void {
  if (!Symbol.asyncDispose) return;
  Object.defineProperty(target, Symbol.asyncDispose, { value: dispose });
}

/** The platform's clock. */
export function systemClock(): Clock {
  return { now: () => performance.now(), after: platformTimer };
}

/** The longest delay that platforms hold; a longer one would fire at once. */
const MAX_DELAY_MS = 0x7fffffff;

function platformTimer(
  ms: number,
  callback: () => void,
  options?: TimerOptions,
): () => void {
  if (ms === Infinity) return ignore;
  const timer = setTimeout(callback, Math.min(ms, MAX_DELAY_MS));
  // Only Node-like timers hold a process, and only they can release it.
  if (options?.ref === false) {
    (timer as { readonly unref?: () => void }).unref?.();
  }
  return () => clearTimeout(timer);
}

/** Makes the items of a stream, each when it is asked for. */
export interface ItemSource<T> {
  /** The next item; none at the end. */
  next(): Promise<T | undefined>;
  /** Free what it holds; called once there will be no further item. */
  stop?(): Promise<void>;
}

/**
 * Make a stream whose items are made one by one, as they are read.
 *
 * @param signal Ends the stream with its reason.
 * @param open Makes the source. Its signal aborts with the caller's, and when
 * the stream is cancelled or fails.
 */
export function pullStream<T>(
  signal: MaybeSignal,
  open: (signal: AbortSignal) => ItemSource<T>,
): ReadableStream<T> {
  const gone = new AbortController();
  const source = open(gone.signal);
  const detach = onAbort(signal, (reason) => gone.abort(reason));
  return new ReadableStream<T>({
    async pull(controller): Promise<void> {
      try {
        gone.signal.throwIfAborted();
        const item = await source.next();
        if (item !== undefined) return controller.enqueue(item);
        detach();
        controller.close();
        await source.stop?.();
      } catch (error) {
        detach();
        gone.abort(error);
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      detach();
      gone.abort(reason);
      await source.stop?.();
    },
  }, { highWaterMark: 0 });
}
