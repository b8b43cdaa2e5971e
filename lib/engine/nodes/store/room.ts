import { ExecutionException } from "../../../errors.ts";

/** What fills up must not fill all the memory. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The memory that the stores of an engine share. */
export class Room {
  readonly #most: number;
  #taken = 0;

  /** Make room for so many bytes; 512 MiB when nothing is said. */
  constructor(most: number = MOST_BYTES) {
    this.#most = most;
  }

  /**
   * Take some of it.
   *
   * @throws {ExecutionException} There is not so much left.
   */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most) {
      throw new ExecutionException(
        `The stores in memory are full: they take ${this.#most} bytes`,
      );
    }
    this.#taken += bytes;
  }

  /** Give some of it back. */
  free(bytes: number): void {
    this.#taken -= bytes;
  }
}
