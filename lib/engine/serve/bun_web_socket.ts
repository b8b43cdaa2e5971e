import { MAX_MESSAGE_BYTES } from "../settings.ts";
import type { BunPeer, BunSocket } from "./bun_socket.ts";
import { IDLE_SECONDS } from "./upgrade.ts";

/** A socket of Bun with what {@linkcode bunWebSocket} keeps in it. */
export interface BunWebSocketPeer extends BunPeer {
  /** The engine's end of it. */
  readonly data: unknown;
}

/** What `Bun.serve` wants as its option `websocket`. */
export interface BunWebSocketHandlers {
  /** Bytes that a message may have at most. */
  readonly maxPayloadLength: number;
  /** Bytes that may wait for a client at most. */
  readonly backpressureLimit: number;
  /** Whether a client for which more waits is cut off. */
  readonly closeOnBackpressureLimit: boolean;
  /** Seconds of silence until a client is taken for dead. */
  readonly idleTimeout: number;
  /** A socket has opened. */
  open(peer: BunWebSocketPeer): void;
  /** A message arrived. */
  message(peer: BunWebSocketPeer, data: string | Uint8Array): void;
  /** A socket has closed. */
  close(peer: BunWebSocketPeer): void;
}

/**
 * The handlers that let `Bun.serve` carry the sockets of an engine.
 *
 * Bun has one set of handlers for a server, where other platforms have a
 * `WebSocket` for each client. One constant serves any number of engines.
 * {@linkcode serveEngine} brings them along; they are for servers of your own.
 *
 * @example A server of your own
 * ```ts ignore
 * import { bunWebSocket, createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * Bun.serve({ port: 5565, fetch: engine.fetch, websocket: bunWebSocket });
 * ```
 */
export const bunWebSocket: BunWebSocketHandlers = {
  maxPayloadLength: MAX_MESSAGE_BYTES,
  // Without the second, Bun would leave out what exceeds the first.
  backpressureLimit: 2 * MAX_MESSAGE_BYTES,
  closeOnBackpressureLimit: true,
  idleTimeout: IDLE_SECONDS,
  open: (peer) => socketOf(peer).opened(peer),
  message: (peer, data) => socketOf(peer).received(data),
  close: (peer) => socketOf(peer).closed(),
};

function socketOf({ data }: BunWebSocketPeer): BunSocket {
  return data as BunSocket;
}
