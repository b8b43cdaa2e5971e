/**
 * Wait for turns of the event loop, on a runtime that sends only between them.
 * Deno hands frames to the kernel there, and a stream whose small chunks are
 * always ready lets no turn pass until the next frame is full, while the server
 * is idle. Other runtimes send at once.
 *
 * One channel serves a connection: a new one takes as long as a frame, and
 * timers take a millisecond.
 */
export function turnsOfLoop(): Turns {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return {
    next(): Promise<void> {
      port2.postMessage(0);
      return new Promise((resolve) => waiting.push(resolve));
    },
    close(): void {
      port1.close();
      port2.close();
      for (const resolve of waiting) resolve();
    },
  };
}

/** What {@linkcode turnsOfLoop} returns. */
export interface Turns {
  /** Wait for the next turn. */
  next(): Promise<void>;
  /** Wait no longer, and let the process end. */
  close(): void;
}
