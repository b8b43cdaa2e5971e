import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import type { Upgrade } from "../settings.ts";
import { BunSocket } from "./bun_socket.ts";

/** Seconds of silence until a peer is taken for dead. */
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
 * The platform's own way to accept a WebSocket.
 *
 * @param info What the platform hands over besides the request.
 * @returns The way; `undefined` where this code knows none.
 */
export function platformUpgrade(info: unknown): Upgrade | undefined {
  const { Deno, WebSocketPair } = globalThis as Platform;
  if (typeof Deno?.upgradeWebSocket === "function") {
    const upgrade = Deno.upgradeWebSocket;
    return (request) => upgrade(request, { idleTimeout: IDLE_SECONDS });
  }
  if (WebSocketPair) return () => pairUpgrade(new WebSocketPair());
  if (!isBunServer(info)) return undefined;
  return (request) => bunUpgrade(request, info);
}

/** Workers make both ends of a socket, and hand one to the client. */
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

/** Bun gives the socket later, to the handlers of its server. */
function bunUpgrade(
  request: Request,
  server: BunServer,
): ReturnType<Upgrade> {
  const socket = new BunSocket();
  if (!accepts(server, request, socket)) {
    throw new TypeError("Not a WebSocket handshake");
  }
  return { socket: socket as unknown as WebSocket, response: new Response() };
}

/** Bun throws when its server was made without handlers. */
function accepts(
  server: BunServer,
  request: Request,
  data: BunSocket,
): boolean {
  try {
    return server.upgrade(request, { data });
  } catch (cause) {
    const text = "Bun.serve needs the option 'websocket': bunWebSocket";
    throw new ValidationException(text, { cause });
  }
}

function isBunServer(info: unknown): info is BunServer {
  return isRecord(info) && typeof info.upgrade === "function";
}
