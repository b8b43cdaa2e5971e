import { BoundedQueue } from "../_bounded_queue.ts";
import { ignore } from "../_deferred.ts";
import { isThenable } from "../_notify.ts";
import { valueBytes } from "../protocol/value_bytes.ts";

/** How many values, and bytes, wait for an observer before it is hurried. */
const LIMITS = { values: 1_024, bytes: 64 * 1024 * 1024 };

/**
 * Tell an observer one value after the other: while a promise of it is
 * pending, the next ones wait, so that an observer that takes its time sees
 * everything in order. One that is far behind is told the oldest without
 * more ado: nothing is lost, and nothing grows without bound.
 *
 * @param observer What it throws or rejects with is its own affair.
 */
export function oneByOne<T>(
  observer: (value: T) => unknown,
): (value: T) => void {
  const waiting = new BoundedQueue<T>(LIMITS);
  let busy = 0;

  function tell(value: T): void {
    let outcome: unknown;
    try {
      outcome = observer(value);
    } catch {
      return; // the observer's failure is its own
    }
    if (!isThenable(outcome)) return;
    busy++;
    Promise.resolve(outcome).catch(ignore).then(next);
  }

  function next(): void {
    busy--;
    while (busy === 0 && waiting.length > 0) tell(waiting.shift()!);
  }

  return (value) => {
    if (busy === 0) return tell(value);
    const bytes = valueBytes(value, LIMITS.bytes);
    while (waiting.isFull(bytes)) tell(waiting.shift()!);
    waiting.push(value, bytes);
  };
}
