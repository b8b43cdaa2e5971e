/** How much a queue may hold. */
export interface QueueLimits {
  /** The most values. */
  readonly values: number;
  /** The most bytes; one value alone may have more. */
  readonly bytes: number;
}

/** Values in the order of their coming, as many as the limits allow. */
export class BoundedQueue<T> {
  readonly #limits: QueueLimits;
  #entries: { readonly value: T; readonly bytes: number }[] = [];
  #bytes = 0;

  /** Make an empty queue. */
  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many values wait. */
  get length(): number {
    return this.#entries.length;
  }

  /** The value that came last. */
  get last(): T | undefined {
    return this.#entries.at(-1)?.value;
  }

  /** Whether a value of so many bytes would be one too many. */
  isFull(bytes: number): boolean {
    const { length } = this.#entries;
    return length >= this.#limits.values ||
      length > 0 && this.#bytes + bytes > this.#limits.bytes;
  }

  /** Add a value, whatever the limits say. */
  push(value: T, bytes: number): void {
    this.#entries.push({ value, bytes });
    this.#bytes += bytes;
  }

  /** Take the value that came first. */
  shift(): T | undefined {
    const entry = this.#entries.shift();
    this.#bytes -= entry?.bytes ?? 0;
    return entry?.value;
  }

  /** Keep only some of the values. */
  filter(keep: (value: T) => boolean): void {
    this.#entries = this.#entries.filter(({ value }) => keep(value));
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Take all values. */
  drain(): T[] {
    const all = this.#entries.map(({ value }) => value);
    this.#entries = [];
    this.#bytes = 0;
    return all;
  }
}
