/** A stream of things, each made when it is asked for. */
export function streamOf<T>(items: Iterable<T>): ReadableStream<T> {
  const iterator = items[Symbol.iterator]();
  return new ReadableStream<T>({
    pull(controller): void {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A stream that gives some things, then nothing, and tells who left why. */
export interface Stuck<T> {
  readonly stream: ReadableStream<T>;
  /** Settles with the reason when the stream was cancelled. */
  readonly cancelled: Promise<unknown>;
}

/** Make a stream that gets stuck after some things. */
export function stuckAfter<T>(...items: readonly T[]): Stuck<T> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const left = [...items];
  const stream = new ReadableStream<T>({
    pull(controller): Promise<never> | void {
      const next = left.shift();
      if (next === undefined) return new Promise<never>(() => {});
      controller.enqueue(next);
    },
    cancel: resolve,
  });
  return { stream, cancelled: promise };
}

/** Everything that a stream gives. */
export async function allOf<T>(stream: ReadableStream<T>): Promise<T[]> {
  const seen: T[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return seen;
    seen.push(value);
  }
}
