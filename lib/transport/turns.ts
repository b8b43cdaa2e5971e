/**
 * Turns of the event loop, for a runtime that sends nothing before the next
 * one. Deno hands frames to the kernel only there, and a stream whose small
 * chunks are always ready keeps it from there until the next frame is full,
 * while the server is idle. Other runtimes send at once.
 *
 * One channel serves a connection: a new one takes as long as a frame, and
 * timers take a millisecond.
 */
export class Turns {
  readonly #channel: MessageChannel = new MessageChannel();
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.#channel.port1.onmessage = () => this.#waiting.shift()?.();
  }

  /** Wait for the next turn. */
  next(): Promise<void> {
    this.#channel.port2.postMessage(0);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Wait no longer, and let the process end. */
  close(): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
    for (const resolve of this.#waiting) resolve();
  }
}
