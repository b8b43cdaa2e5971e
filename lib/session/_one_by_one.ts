import { ignore } from "../_deferred.ts";
import { isThenable } from "../_notify.ts";

/** How many values wait for an observer before it is hurried. */
const MOST_WAITING = 1_024;

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
  const waiting: T[] = [];
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
    waiting.push(value);
    if (waiting.length > MOST_WAITING) tell(waiting.shift()!);
  };
}
