import { onAbort } from "../_abort.ts";
import { type Clock, deadline } from "../_clock.ts";
import { type Deferred, deferred } from "../_deferred.ts";
import {
  badTimeout,
  notConnected,
  slowLine,
  tooManyWait,
} from "./_failures.ts";

/** The most that the calls may hold that wait. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What a call holds that has neither arguments nor payload. */
const CALL_BYTES = 1024;

/** Where calls wait while the line is dialled anew (design D13). */
export class WaitingRoom {
  readonly #clock: Clock;
  /** Who waits; nobody may while there is a line, or will never be one. */
  #gates: Set<Deferred<void>> | undefined;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait. */
  get size(): number {
    return this.#gates?.size ?? 0;
  }

  /** Whether calls may wait. */
  get isOpen(): boolean {
    return this.#gates !== undefined;
  }

  /** From now on calls wait. */
  open(): void {
    this.#gates ??= new Set();
  }

  /** The line is back: let them go. */
  release(): void {
    const gates = this.#gates;
    this.#gates = undefined;
    for (const gate of gates ?? []) gate.resolve();
  }

  /** There will be no line. */
  close(reason: unknown): void {
    const gates = this.#gates;
    this.#gates = undefined;
    for (const gate of gates ?? []) gate.reject(reason);
  }

  /**
   * Wait for the line.
   *
   * @param bytes What the call holds meanwhile.
   * @returns What is left of the time, in milliseconds.
   */
  async wait(
    command: string,
    limit: number,
    signal: AbortSignal | null | undefined,
    bytes = 0,
  ): Promise<number> {
    const gates = this.#gates;
    if (!gates) throw notConnected();
    signal?.throwIfAborted();
    if (!(limit > 0)) throw badTimeout(limit);
    const held = CALL_BYTES + bytes;
    if (this.#bytes + held > MOST_BYTES) throw tooManyWait(command);
    this.#bytes += held;
    const gate = deferred<void>();
    const asked = this.#clock.now();
    const stop = deadline(this.#clock, limit, () => {
      gate.reject(slowLine(command, limit));
    });
    const detach = onAbort(signal, gate.reject);
    gates.add(gate);
    try {
      await gate.promise;
    } finally {
      // Who gives up leaves nothing behind, however long the line stays away.
      gates.delete(gate);
      this.#bytes -= held;
      stop();
      detach();
    }
    return Math.max(1, limit - (this.#clock.now() - asked));
  }
}
