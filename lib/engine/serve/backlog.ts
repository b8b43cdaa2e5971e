/** Messages that may wait at most, however small: each costs more than itself. */
const MOST_MESSAGES = 65_536;

/** A message that may not have left yet. */
interface Waiting {
  readonly size: number;
  readonly isLarge: boolean;
}

/**
 * Watches how much waits for a client that does not read, so that one stalled
 * client costs a bounded amount of memory and delays nobody.
 *
 * One message at a time may be larger than the limit: a client asked for it,
 * and it may take its time.
 */
export class Backlog {
  /** What may not have left yet, the oldest first. */
  readonly #messages: Waiting[] = [];
  #first = 0;
  #total = 0;
  #large = 0;
  #small = 0;

  /**
   * A message was handed to the socket.
   *
   * @param size The message's size in bytes, or near to it.
   * @param buffered What the socket holds back altogether, in bytes.
   * @param limit Bytes that may wait.
   * @returns Whether more waits than may.
   */
  add(size: number, buffered: number, limit: number): boolean {
    const message = { size, isLarge: size > limit };
    this.#messages.push(message);
    this.#count(message, 1);
    // What was sent first leaves first.
    for (; this.#first < this.#messages.length; this.#first++) {
      const oldest = this.#messages[this.#first]!;
      if (buffered > 0 && this.#total - oldest.size < buffered) break;
      this.#count(oldest, -1);
    }
    this.#compact();
    return Math.min(this.#small, buffered) > limit || this.#large > 1 ||
      this.#messages.length - this.#first > MOST_MESSAGES;
  }

  #count({ size, isLarge }: Waiting, by: 1 | -1): void {
    this.#total += by * size;
    if (isLarge) this.#large += by;
    else this.#small += by * size;
  }

  /** Now and then, so that all of it costs no more than what was added. */
  #compact(): void {
    if (this.#first * 2 < this.#messages.length) return;
    this.#messages.splice(0, this.#first);
    this.#first = 0;
  }
}
