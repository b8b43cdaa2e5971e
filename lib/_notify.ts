import { ignore } from "./_deferred.ts";

/**
 * Tell an observer of the caller's something.
 *
 * What it throws, and what a promise of it rejects with, is its own affair:
 * watching must not change what is watched.
 */
export function notify<T>(observer: (value: T) => unknown, value: T): void {
  try {
    const result = observer(value);
    if (result instanceof Promise) result.catch(ignore);
  } catch {
    // The observer's failure is its own.
  }
}
