import { notify } from "./async.ts";

/** How much a queue may hold. */
export interface QueueLimits {
  /** The most values. */
  readonly values: number;
  /** The most bytes; one value alone may have more. */
  readonly bytes: number;
}

/** A first-in, first-out queue that is bounded in values and in bytes. */
export class BoundedQueue<T> {
  readonly #limits: QueueLimits;
  #entries: (readonly [value: T, bytes: number])[] = [];
  #bytes = 0;

  /** Create an empty queue. */
  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many values wait. */
  get length(): number {
    return this.#entries.length;
  }

  /** The value that was pushed last. */
  get last(): T | undefined {
    return this.#entries.at(-1)?.[0];
  }

  /** Whether one more value, of so many bytes, would exceed a limit. */
  isFull(bytes: number): boolean {
    const { length } = this.#entries;
    return length >= this.#limits.values ||
      length > 0 && this.#bytes + bytes > this.#limits.bytes;
  }

  /** Add a value, whatever the limits say. */
  push(value: T, bytes: number): void {
    this.#entries.push([value, bytes]);
    this.#bytes += bytes;
  }

  /** Remove and return the oldest value. */
  shift(): T | undefined {
    const [value, bytes = 0] = this.#entries.shift() ?? [];
    this.#bytes -= bytes;
    return value;
  }

  /** Keep only some of the values. */
  filter(keep: (value: T) => boolean): void {
    this.#entries = this.#entries.filter(([value]) => keep(value));
    this.#bytes = this.#entries.reduce((sum, [, bytes]) => sum + bytes, 0);
  }
}

/** What a value costs besides its characters. */
const OVERHEAD_BYTES = 16;

/**
 * Estimate the memory of a JSON value in bytes, binary members included.
 *
 * @param value A value from the wire, or for it.
 * @param most Where counting stops, which bounds the time for large values.
 */
export function valueBytes(value: unknown, most: number): number {
  let bytes = 0;
  const left: unknown[] = [value];
  while (left.length > 0 && bytes < most) {
    const next = left.pop();
    bytes += OVERHEAD_BYTES;
    if (typeof next === "string") bytes += next.length;
    else if (ArrayBuffer.isView(next)) bytes += next.byteLength;
    else {
      for (const [name, member] of Object.entries(next ?? {})) {
        bytes += name.length;
        left.push(member);
      }
    }
  }
  return bytes;
}

/** Values that may wait for a slow callback. */
const CALLBACK_LIMITS: QueueLimits = {
  values: 1_024,
  bytes: 64 * 1024 * 1024,
};

/**
 * Call a callback with one value at a time: while its promise is pending,
 * further values wait, so that an asynchronous callback receives all of them
 * in order. If too many wait, the oldest are delivered without waiting:
 * nothing is lost, and the queue stays bounded. Errors thrown by the callback
 * are ignored.
 */
export function inSequence<T>(
  callback: (value: T) => unknown,
): (value: T) => void {
  const waiting = new BoundedQueue<T>(CALLBACK_LIMITS);
  let pending = 0;

  function deliver(value: T): void {
    const done = notify(callback, value);
    if (!done) return;
    pending++;
    done.then(next);
  }

  function next(): void {
    pending--;
    while (pending === 0 && waiting.length > 0) deliver(waiting.shift()!);
  }

  return (value) => {
    if (pending === 0) return deliver(value);
    const bytes = valueBytes(value, CALLBACK_LIMITS.bytes);
    while (waiting.isFull(bytes)) deliver(waiting.shift()!);
    waiting.push(value, bytes);
  };
}
