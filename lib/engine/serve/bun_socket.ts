/** What Bun gives to the handlers of a WebSocket. */
export interface BunPeer {
  /** As of a `WebSocket`. */
  readonly readyState: number;
  /** As of a `WebSocket`; the number tells what became of the message. */
  send(data: string | Uint8Array): number;
  /** As of a `WebSocket`. */
  close(code?: number, reason?: string): void;
  /** What `bufferedAmount` is elsewhere. */
  getBufferedAmount(): number;
}

const CONNECTING = 0;
const CLOSED = 3;

/**
 * The engine's end of a socket of Bun, as the `WebSocket` that it is on other
 * platforms: Bun opens it some time after it has accepted the request, and
 * tells what happens to handlers that all sockets of the server share.
 */
export class BunSocket extends EventTarget {
  /** Bun gives bytes whatever this says. */
  binaryType = "arraybuffer";
  #peer: BunPeer | undefined;
  #isClosed = false;

  /** As of a `WebSocket`. */
  get readyState(): number {
    return this.#isClosed ? CLOSED : this.#peer?.readyState ?? CONNECTING;
  }

  /** As of a `WebSocket`. */
  get bufferedAmount(): number {
    return this.#peer?.getBufferedAmount() ?? 0;
  }

  /** Send a message. */
  send(data: string | Uint8Array): void {
    this.#peer?.send(data);
  }

  /** Close the socket. */
  close(code?: number, reason?: string): void {
    this.#peer?.close(code, reason);
  }

  /** The socket has opened. */
  opened(peer: BunPeer): void {
    this.#peer = peer;
    this.dispatchEvent(new Event("open"));
  }

  /** A message arrived. */
  received(data: string | Uint8Array): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** The socket has closed. */
  closed(): void {
    this.#isClosed = true;
    this.dispatchEvent(new Event("close"));
  }
}
