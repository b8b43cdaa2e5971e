import { type Clock, ignore } from "../async.ts";

/** Payload waits while a socket holds back more than this. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** How soon that is looked at again where nothing arrives; no event tells. */
const POLL_MS = 5;

/**
 * Lets payload wait while a socket holds much of it back: what is sent then,
 * such as a ping or the open of a pipe, has little of it in front. Those that
 * wait take turns.
 */
export class UnsentLimit {
  readonly #socket: Pick<WebSocket, "bufferedAmount">;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #stopTimer: () => void = ignore;

  /** Watch a socket. */
  constructor(socket: Pick<WebSocket, "bufferedAmount">, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** See {@linkcode Connection.isFull}. */
  isFull(onRoom?: () => void): boolean {
    const isFull = this.#waiting.length > 0 || this.#exceeded;
    if (isFull && onRoom && this.#waiting.push(onRoom) === 1) this.#arm();
    return isFull;
  }

  /** Call those that wait, as long as there is room. */
  flush(): void {
    while (this.#waiting.length > 0 && !this.#exceeded) {
      this.#waiting.shift()?.();
    }
    this.#arm();
  }

  /** The socket has ended. */
  end(): void {
    this.#waiting = [];
    this.#stopTimer();
  }

  get #exceeded(): boolean {
    return this.#socket.bufferedAmount > MAX_UNSENT_BYTES;
  }

  #arm(): void {
    this.#stopTimer();
    this.#stopTimer = this.#waiting.length > 0
      ? this.#clock.after(POLL_MS, () => this.flush())
      : ignore;
  }
}
