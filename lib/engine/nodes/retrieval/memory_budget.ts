import { ExecutionException } from "../../../errors.ts";

const DEFAULT_BYTES = 512 * 1024 * 1024;

/** The memory that the stores of an engine share; 512 MiB by default. */
export class MemoryBudget {
  readonly #most: number;
  #taken = 0;

  /** Allow `most` bytes. */
  constructor(most: number = DEFAULT_BYTES) {
    this.#most = most;
  }

  /**
   * Reserve memory.
   *
   * @throws {ExecutionException} Less than that is left.
   */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most) {
      throw new ExecutionException(
        `The stores in memory are full: they take ${this.#most} bytes`,
      );
    }
    this.#taken += bytes;
  }

  /** Return memory. */
  free(bytes: number): void {
    this.#taken -= bytes;
  }
}
