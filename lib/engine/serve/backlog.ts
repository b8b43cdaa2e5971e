const LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Watches how many events wait for a client that does not read, so that one
 * stalled client costs a bounded amount of memory and delays nobody
 * (protocol §12.1 S28).
 *
 * Responses are not counted: a client asked for them, and a large one may
 * take its time.
 */
export class Backlog {
  #added = 0;
  #waiting = 0;

  /** Whether more waits than is tolerable. */
  get isFull(): boolean {
    return this.#waiting > LIMIT_BYTES;
  }

  /**
   * An event was handed to the socket.
   *
   * @param size The event's size in bytes, or near to it.
   * @param buffered What the socket holds back altogether, in bytes.
   */
  add(size: number, buffered: number): void {
    this.#added = buffered === 0 ? 0 : this.#added + size;
    // At most what was added since the line was last clear, and at most what
    // is held back at all.
    this.#waiting = Math.min(this.#added, buffered);
  }
}
