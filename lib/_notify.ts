import { ignore } from "./_deferred.ts";

/** Whether a value is a promise, of any library or realm. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

/**
 * Tell an observer of the caller's something.
 *
 * What it throws, and what a promise of it rejects with, is its own affair:
 * watching must not change what is watched.
 */
export function notify<T>(observer: (value: T) => unknown, value: T): void {
  try {
    const result = observer(value);
    if (isThenable(result)) Promise.resolve(result).catch(ignore);
  } catch {
    // The observer's failure is its own.
  }
}
