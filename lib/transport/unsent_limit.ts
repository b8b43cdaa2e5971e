import { type Clock, ignore } from "../async.ts";

/** Payload waits while a socket holds back more than this. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** How soon that is looked at again where nothing arrives; no event tells. */
const POLL_MS = 5;

/** What waits for a socket that holds much back. */
export interface UnsentLimit {
  /** See {@linkcode Connection.isFull}. */
  isFull(onRoom?: () => void): boolean;
  /** Call those that wait, as long as there is room. */
  flush(): void;
  /** The socket has ended. */
  end(): void;
}

/**
 * Let payload wait while a socket holds much of it back: what is sent then,
 * such as a ping or the open of a pipe, has little of it in front. Those that
 * wait take turns.
 */
export function unsentLimit(
  socket: Pick<WebSocket, "bufferedAmount">,
  clock: Clock,
): UnsentLimit {
  let waiting: (() => void)[] = [];
  let stopTimer = ignore;

  const exceeds = (): boolean => socket.bufferedAmount > MAX_UNSENT_BYTES;

  function flush(): void {
    while (waiting[0] && !exceeds()) waiting.shift()!();
    stopTimer();
    stopTimer = waiting[0] ? clock.after(POLL_MS, flush) : ignore;
  }

  return {
    isFull(onRoom): boolean {
      const isFull = !!waiting[0] || exceeds();
      if (isFull && onRoom && waiting.push(onRoom) === 1) flush();
      return isFull;
    },
    flush,
    end(): void {
      waiting = [];
      flush();
    },
  };
}
