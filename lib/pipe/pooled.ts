import { abortable, ignore, onAbort } from "../async.ts";
import { wholeNumber } from "../check.ts";
import type { TaskRef } from "../session/session.ts";

const DEFAULT_CONCURRENCY = 16;
/** Objects for each slot: while one is worked on, the next one is opened. */
const PER_SLOT = 2;

/**
 * How many objects are sent to a task at the same time.
 *
 * @throws {RangeError} `concurrency` is out of range.
 */
export function poolSize(
  { concurrency = DEFAULT_CONCURRENCY }: {
    readonly concurrency?: number | undefined;
  },
  task: TaskRef,
): number {
  const count = wholeNumber("concurrency", concurrency, 1);
  const { threads } = task as { readonly threads?: number | null | undefined };
  return threads ? Math.min(count, PER_SLOT * threads) : count;
}

/** The values of {@linkcode forEachPooled}, and how they are processed. */
export interface Work<T> {
  /** The values; read one by one, and never ahead. */
  readonly values: Iterable<T> | AsyncIterable<T>;
  /** How many at once. */
  readonly concurrency: number;
  /** Stops everything. */
  readonly signal: AbortSignal | null | undefined;
  /** Stops reading, unless all values were read. */
  readonly ended: AbortSignal | undefined;
  /** Wait until one more may be begun. */
  readonly room?: (() => Promise<void> | undefined) | undefined;
  /** Processes one value. Never rejects. */
  readonly act: (value: T, index: number) => Promise<void>;
}

/**
 * Process values in their order, a limited number at the same time.
 *
 * Settles once everything that was begun has settled. Rejects with the signal's
 * reason, or with what reading the values threw.
 */
export async function forEachPooled<T>(work: Work<T>): Promise<void> {
  const { act, concurrency, ended, room, signal, values } = work;
  const stop = new AbortController();
  const halt = (reason: unknown): void => stop.abort(reason);
  const iterator = Symbol.asyncIterator in values
    ? values[Symbol.asyncIterator]()
    : values[Symbol.iterator]();
  let turn: Promise<unknown> = Promise.resolve();
  let index = 0;
  /** Whether the values have come to their end, or have failed. */
  let over = false;
  const detach = [
    onAbort(signal, halt),
    onAbort(ended, (reason) => {
      if (!over) halt(reason);
    }),
  ];

  async function read(): Promise<readonly [T, number] | undefined> {
    if (over || stop.signal.aborted) return undefined;
    try {
      const reading = Promise.resolve(iterator.next());
      const { done, value } = await abortable(reading, stop.signal);
      if (!done) return [value, index++];
      over = true;
    } catch (error) {
      // If reading was stopped, there may be more values.
      over = !stop.signal.aborted;
      halt(error);
    }
    return undefined;
  }

  async function worker(): Promise<void> {
    while (!over && !stop.signal.aborted) {
      await room?.();
      // One read at a time: not every iterator can be asked twice at once.
      const reading = turn.then(read);
      turn = reading;
      const next = await reading;
      if (!next) return;
      await act(...next);
    }
  }

  await Promise.all(Array.from({ length: concurrency }, worker));
  for (const off of detach) off();
  if (!stop.signal.aborted) return;
  // Not awaited: a generator that hangs never returns.
  if (!over) Promise.resolve().then(() => iterator.return?.()).catch(ignore);
  throw stop.signal.reason;
}
