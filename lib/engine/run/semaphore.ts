import { type Deferred, deferred, onAbort } from "../../async.ts";

/** A fixed number of slots, given out in the order they were asked for. */
export class Semaphore {
  readonly #waiting: Set<Deferred<void>> = new Set();
  #free: number;

  /** Make a semaphore with `slots` free slots. */
  constructor(slots: number) {
    this.#free = slots;
  }

  /** How many wait for a slot. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Take a slot, waiting behind everybody who asked before.
   *
   * @param signal Gives the place in the queue up.
   * @throws The signal's reason, when it aborts first.
   */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const turn = deferred<void>();
    this.#waiting.add(turn);
    const detach = onAbort(signal, (reason) => {
      // A slot that was already handed over stays with the caller.
      if (this.#waiting.delete(turn)) turn.reject(reason);
    });
    try {
      await turn.promise;
    } finally {
      detach();
    }
  }

  /** Give a slot back: to the first who waits, if anybody does. */
  release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next.resolve();
  }
}
