import { onAbort } from "../_abort.ts";
import type { Clock } from "../_clock.ts";
import { type Deferred, deferred } from "../_deferred.ts";
import { badTimeout, notConnected, slowLine } from "./_failures.ts";

/** Where calls wait while the line is dialled anew (design D13). */
export class WaitingRoom {
  readonly #clock: Clock;
  #back: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on calls wait. */
  open(): void {
    this.#back ??= deferred();
  }

  /** The line is back: let them go. */
  release(): void {
    this.#back?.resolve();
    this.#back = undefined;
  }

  /** There will be no line. */
  close(reason: unknown): void {
    this.#back?.reject(reason);
    this.#back = undefined;
  }

  /**
   * Wait for the line.
   *
   * @returns What is left of the time, in milliseconds.
   */
  async wait(
    command: string,
    limit: number,
    signal: AbortSignal | null | undefined,
  ): Promise<number> {
    const back = this.#back;
    if (!back) throw notConnected();
    signal?.throwIfAborted();
    if (!(limit > 0)) throw badTimeout(limit);
    const gate = deferred<void>();
    const asked = this.#clock.now();
    const stop = this.#clock.after(limit, () => {
      gate.reject(slowLine(command, limit));
    });
    const detach = onAbort(signal, gate.reject);
    back.promise.then(gate.resolve, gate.reject);
    try {
      await gate.promise;
    } finally {
      stop();
      detach();
    }
    return Math.max(1, limit - (this.#clock.now() - asked));
  }
}
