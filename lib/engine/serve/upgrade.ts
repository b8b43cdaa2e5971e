import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import type { Upgrade } from "../settings.ts";

/** Seconds of silence after which a peer is taken for dead. */
export const IDLE_SECONDS = 60;

/** The globals of the platforms that are known here. */
interface Platform {
  readonly Deno?: {
    upgradeWebSocket?(
      request: Request,
      options: { idleTimeout: number },
    ): ReturnType<Upgrade>;
  };
  readonly WebSocketPair?: new () => readonly [
    client: WebSocket,
    server: WebSocket & { accept(): void },
  ];
}

/** The part of Bun's server that is needed here. */
interface BunServer {
  upgrade(request: Request, options: { data: BunSocket }): boolean;
}

/**
 * The platform's own way to accept a WebSocket, if it is a known one; `info` is
 * what it passes besides the request.
 */
export function platformUpgrade(info: unknown): Upgrade | undefined {
  const { Deno, WebSocketPair } = globalThis as Platform;
  const upgrade = Deno?.upgradeWebSocket;
  if (typeof upgrade === "function") {
    return (request) => upgrade(request, { idleTimeout: IDLE_SECONDS });
  }
  if (WebSocketPair) return () => pairUpgrade(new WebSocketPair());
  if (!isBunServer(info)) return undefined;
  return (request) => bunUpgrade(request, info);
}

/** Workers make both ends of a socket, and pass one to the client. */
function pairUpgrade(
  [webSocket, socket]: InstanceType<NonNullable<Platform["WebSocketPair"]>>,
): ReturnType<Upgrade> {
  socket.accept();
  const init: ResponseInit & { webSocket: WebSocket } = {
    status: 101,
    webSocket,
  };
  return { socket, response: new Response(null, init) };
}

function isBunServer(info: unknown): info is BunServer {
  return isRecord(info) && typeof info.upgrade === "function";
}

/** Bun gives the socket later, to the handlers of its server. */
function bunUpgrade(
  request: Request,
  server: BunServer,
): ReturnType<Upgrade> {
  const socket = new BunSocket();
  let isAccepted: boolean;
  try {
    isAccepted = server.upgrade(request, { data: socket });
  } catch (cause) {
    const text = "Bun.serve needs the option 'websocket': bunWebSocket";
    throw new ValidationException(text, { cause });
  }
  if (!isAccepted) throw new TypeError("Not a WebSocket handshake");
  return { socket: socket as unknown as WebSocket, response: new Response() };
}

/** What Bun gives to the handlers of a WebSocket. */
export interface BunPeer {
  /** As of a `WebSocket`. */
  readonly readyState: number;
  /** As of a `WebSocket`; the number tells whether the message was sent. */
  send(data: string | Uint8Array): number;
  /** As of a `WebSocket`. */
  close(code?: number, reason?: string): void;
  /** What `bufferedAmount` is elsewhere. */
  getBufferedAmount(): number;
}

const CONNECTING = 0;
const CLOSED = 3;

/**
 * The engine's end of a socket of Bun, with the interface of a `WebSocket`: Bun
 * opens it some time after it has accepted the request, and calls handlers that
 * all sockets of the server share.
 */
export class BunSocket extends EventTarget {
  /** Bun gives bytes whatever this says. */
  binaryType = "arraybuffer";
  #peer: BunPeer | undefined;
  #isClosed = false;

  get readyState(): number {
    return this.#isClosed ? CLOSED : this.#peer?.readyState ?? CONNECTING;
  }

  get bufferedAmount(): number {
    return this.#peer?.getBufferedAmount() ?? 0;
  }

  send(data: string | Uint8Array): void {
    this.#peer?.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#peer?.close(code, reason);
  }

  opened(peer: BunPeer): void {
    this.#peer = peer;
    this.dispatchEvent(new Event("open"));
  }

  received(data: string | Uint8Array): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  closed(): void {
    this.#isClosed = true;
    this.dispatchEvent(new Event("close"));
  }
}

/** A socket of Bun with what {@linkcode bunWebSocket} keeps in it. */
export interface BunWebSocketPeer extends BunPeer {
  /** The engine's end of it. */
  readonly data: unknown;
}

/** What `Bun.serve` takes as its option `websocket`. */
export interface BunWebSocketHandlers {
  /** The greatest number of bytes of a message. */
  readonly maxPayloadLength: number;
  /** The greatest number of bytes that wait for a client. */
  readonly backpressureLimit: number;
  /** Whether a client for which more waits is disconnected. */
  readonly closeOnBackpressureLimit: boolean;
  /** Seconds of silence after which a client is taken for dead. */
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
 * {@linkcode serveEngine} uses them; they are for servers of your own.
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
  // Bun would drop what exceeds the limit; so it disconnects, at twice of it.
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
