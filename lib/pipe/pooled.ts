import { abortable, ignore, notify, onAbort } from "../async.ts";
import { wholeNumber } from "./options.ts";
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
  const { threads } = task as { readonly threads?: number | undefined };
  return threads === undefined ? count : Math.min(count, PER_SLOT * threads);
}

/** What {@linkcode eachInTurn} works on, and how. */
export interface Work<T> {
  /** What is worked on; read one by one, and never ahead. */
  readonly values: Iterable<T> | AsyncIterable<T>;
  /** How many at once. */
  readonly concurrency: number;
  /** Gives everything up. */
  readonly signal: AbortSignal | null | undefined;
  /** Stops the reading where it is, if it has not come to its end. */
  readonly ended: AbortSignal | undefined;
  /** Wait until one more may be begun. */
  readonly room?: (() => Promise<void> | undefined) | undefined;
  /** Does the work on one value. Never rejects. */
  readonly act: (value: T, index: number) => Promise<void>;
}

/**
 * Work on values, so many at once, in the order in which they come.
 *
 * Whatever stops it, what was begun is waited for; then it rejects with the
 * signal's reason, or with what reading the values threw.
 */
export async function eachInTurn<T>(work: Work<T>): Promise<void> {
  const stop = new AbortController();
  function halt(reason: unknown): void {
    stop.abort(reason);
  }
  const reader = readerOf(work.values, stop.signal);
  let turn: Promise<unknown> = Promise.resolve();
  let index = 0;
  /** Whether the values have come to their end, or have failed. */
  let over = false;
  const detach = [
    onAbort(work.signal, halt),
    onAbort(work.ended, (reason) => {
      if (!over) halt(reason);
    }),
  ];

  async function read(): Promise<readonly [T, number] | undefined> {
    if (over || stop.signal.aborted) return undefined;
    try {
      const { done, value } = await reader.next();
      if (!done) return [value, index++];
      over = true;
    } catch (error) {
      // Where the reading itself was given up, there is more to read.
      over = !stop.signal.aborted;
      halt(error);
    }
    return undefined;
  }

  /** One read at a time: not every iterator can be asked twice at once. */
  function readInTurn(): ReturnType<typeof read> {
    const mine = turn.then(read);
    turn = mine;
    return mine;
  }

  async function worker(): Promise<void> {
    while (!over && !stop.signal.aborted) {
      await work.room?.();
      const next = await readInTurn();
      if (!next) return;
      await work.act(...next);
    }
  }

  const workers = Array.from({ length: work.concurrency }, worker);
  await Promise.all(workers);
  for (const off of detach) off();
  if (!stop.signal.aborted) return;
  if (!over) reader.stop();
  throw stop.signal.reason;
}

/** Reads either kind of values. */
interface Reader<T> {
  next(): Promise<IteratorResult<T, unknown>> | IteratorResult<T, unknown>;
  /** Nothing more is read. */
  stop(): void;
}

function readerOf<T>(
  values: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
): Reader<T> {
  if (Symbol.asyncIterator in values) {
    const iterator = values[Symbol.asyncIterator]();
    return {
      next: () => abortable(Promise.resolve(iterator.next()), signal),
      stop(): void {
        // Not awaited: a generator that hangs never gets round to it.
        Promise.resolve().then(() => iterator.return?.()).catch(ignore);
      },
    };
  }
  const iterator = values[Symbol.iterator]();
  return {
    next: () => iterator.next(),
    stop(): void {
      notify(() => iterator.return?.(), undefined);
    },
  };
}
