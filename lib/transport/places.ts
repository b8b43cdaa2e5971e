import {
  type Deferred,
  deferred,
  type MaybeSignal,
  onAbort,
} from "../async.ts";

/** A number of places, each for one at a time, given in the order of asking. */
export class Places {
  #free: number;
  readonly #waiting: Set<Deferred<void>> = new Set();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Wait for a place.
   *
   * @returns Gives the place back; again and again is as good as once.
   * @throws The signal's reason, if aborted.
   */
  async take(signal: MaybeSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    let taken = true;
    const giveBack = (): void => {
      if (!taken) return;
      taken = false;
      const [next] = this.#waiting;
      if (!next) return void this.#free++;
      this.#waiting.delete(next);
      next.resolve();
    };
    if (signal?.aborted) {
      giveBack();
      throw signal.reason;
    }
    return giveBack;
  }

  async #turn(signal: MaybeSignal): Promise<void> {
    const gate = deferred<void>();
    this.#waiting.add(gate);
    const detach = onAbort(signal, (reason) => {
      // Who has been given the place already keeps it.
      if (this.#waiting.delete(gate)) gate.reject(reason);
    });
    try {
      await gate.promise;
    } finally {
      detach();
    }
  }
}
