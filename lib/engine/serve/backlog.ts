/** Messages that may wait at most, however small: each costs more than itself. */
const MOST_MESSAGES = 65_536;

/**
 * Watches how much waits for a client that does not read, so that one stalled
 * client costs a bounded amount of memory and delays nobody.
 *
 * A single message may be larger than the limit: a client asked for it, and it
 * may take its time. What waits behind it counts.
 */
export class Backlog {
  readonly #sizes: number[] = [];
  #first = 0;
  #total = 0;

  /**
   * A message was handed to the socket.
   *
   * @param size The message's size in bytes, or near to it.
   * @param buffered What the socket holds back altogether, in bytes.
   * @param limit Bytes that may wait.
   * @returns Whether more waits than may.
   */
  add(size: number, buffered: number, limit: number): boolean {
    this.#sizes.push(size);
    this.#total += size;
    this.#forget(buffered);
    const front = this.#sizes[this.#first] ?? 0;
    // At most what was added and has not left, and at most what is held back.
    const waiting = Math.min(this.#total, buffered);
    const counted = front > limit ? waiting - front : waiting;
    return counted > limit || this.#sizes.length - this.#first > MOST_MESSAGES;
  }

  /** What was sent first leaves first. */
  #forget(buffered: number): void {
    for (; this.#first < this.#sizes.length; this.#first++) {
      const left = this.#total - this.#sizes[this.#first]!;
      if (buffered > 0 && left < buffered) break;
      this.#total = left;
    }
    // Now and then, so that all of it costs no more than what was added.
    if (this.#first * 2 < this.#sizes.length) return;
    this.#sizes.splice(0, this.#first);
    this.#first = 0;
  }
}
