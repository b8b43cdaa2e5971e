/** A promise with its controls; its rejection is never reported as unhandled. */
export interface Deferred<T> {
  /** The promise; safe to leave unobserved. */
  readonly promise: Promise<T>;
  /** Fulfil the promise; later calls do nothing. */
  resolve(value: T | PromiseLike<T>): void;
  /** Reject the promise; later calls do nothing. */
  reject(reason: unknown): void;
}

/** Make a pre-caught deferred: who never looks at it is never punished for it. */
export function deferred<T>(): Deferred<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  promise.catch(ignore);
  return { promise, resolve, reject };
}

/** Swallow a rejection whose failure is reported elsewhere. */
export function ignore(): void {}
