import { deferred } from "./_deferred.ts";

/** A signal as options accept it: `null` and `undefined` mean "none". */
export type MaybeSignal = AbortSignal | null | undefined;

/**
 * Call `listener` once when the signal aborts, at once when it already has.
 *
 * Returns what detaches the listener; signals often outlive the work that
 * waits on them, so every caller detaches when it settles.
 */
export function onAbort(
  signal: MaybeSignal,
  listener: (reason: unknown) => void,
): () => void {
  if (!signal) return noop;
  if (signal.aborted) {
    listener(signal.reason);
    return noop;
  }
  const handler = () => listener(signal.reason);
  signal.addEventListener("abort", handler, { once: true });
  return () => signal.removeEventListener("abort", handler);
}

/**
 * Wait for a promise until the signal aborts; then reject with the signal's
 * reason itself. The promise goes on unobserved, and its failure is swallowed.
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

function noop(): void {}
