import type { Clock } from "../../../async.ts";

/** A socket that can be asked whether anybody is there. */
export interface PingableSocket {
  /** Ask; who is there answers with a pong. */
  ping(): void;
  /** End at once. */
  terminate(): void;
  /** Be told of signs of life. */
  on(event: "message" | "pong", listener: () => void): void;
}

/**
 * Find sockets whose peers are gone without a word: who has given no sign of
 * life since it was asked, an interval ago, is cut off.
 *
 * @param clock Where time comes from; its timer keeps no process alive.
 * @param interval Milliseconds.
 * @param sockets Those that are open, at any time.
 * @returns What to call to stop.
 */
export function sweep(
  clock: Clock,
  interval: number,
  sockets: Iterable<PingableSocket>,
): () => void {
  const asked = new WeakMap<PingableSocket, boolean>();

  function ask(socket: PingableSocket): void {
    if (!asked.has(socket)) {
      const heard = (): void => void asked.set(socket, false);
      socket.on("message", heard);
      socket.on("pong", heard);
    }
    if (asked.get(socket)) return socket.terminate();
    asked.set(socket, true);
    socket.ping();
  }

  function round(): void {
    for (const socket of sockets) ask(socket);
    cancel = clock.after(interval, round, { ref: false });
  }

  let cancel = clock.after(interval, round, { ref: false });
  return () => cancel();
}
