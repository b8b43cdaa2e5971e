import { type Clock, ignore } from "../../../async.ts";
import { MAX_MESSAGE_BYTES } from "../../limits.ts";
import type { Upgrade } from "../../settings.ts";
import type { FetchInfo } from "../fetch_handler.ts";
import { closeSocket } from "../socket.ts";
import { IDLE_SECONDS } from "../upgrade.ts";
import type {
  Listening,
  ListenOptions,
  NodeConnection,
  NodeRequest,
  NodeServer,
} from "./platform_types.ts";

/** What a client needs at most to log in, with what it may send after that. */
const UNAUTHENTICATED_BYTES = 1024 * 1024;

/** Listen on a port of Node: `srvx` answers requests, `ws` takes sockets. */
export async function listenOnNode(
  { port, hostname, clock, answer }: ListenOptions,
): Promise<Listening> {
  const { serve } = await (
    // @ts-types="./platform_types.ts"
    import("srvx")
  );
  const server = serve({
    port,
    hostname,
    manual: true,
    silent: true,
    gracefulShutdown: false,
    // No upload is too slow.
    node: { requestTimeout: 0 },
    fetch: (request) =>
      answer(request, { remoteAddr: { hostname: request.ip ?? "" } }),
  });
  const stop = await nodeUpgrades(server.node.server, answer, clock);
  try {
    await server.serve();
  } catch (error) {
    stop();
    throw error;
  }
  const url = new URL(server.url ?? "");
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 80),
    async close(): Promise<void> {
      stop();
      await server.close(true);
    },
  };
}

/**
 * Let a server of Node accept WebSockets, which it leaves to its listeners.
 * Returns what to call when the server stops.
 */
export async function nodeUpgrades(
  server: NodeServer,
  answer: (
    request: Request,
    info: FetchInfo,
  ) => Response | Promise<Response>,
  clock: Clock,
): Promise<() => void> {
  const { WebSocketServer } = await import("ws");
  const acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  server.on("upgrade", (incoming, connection, head) => {
    connection.on("error", ignore);
    let socket: WebSocket | undefined;
    const keep = (opened: WebSocket): void => void (socket = opened);

    function acceptWebSocket(): ReturnType<Upgrade> {
      // Done before this returns; or refused, with the connection closed.
      acceptor.handleUpgrade(incoming, connection, head, keep);
      if (!socket) throw new TypeError("Not a WebSocket handshake");
      const onLogin = limitUntilLogin(connection, socket);
      return { socket, response: new Response(), onLogin };
    }

    async function respond(): Promise<void> {
      const hostname = incoming.socket.remoteAddress ?? "";
      const info = { remoteAddr: { hostname }, acceptWebSocket };
      const request = webRequest(incoming);
      const response = request
        ? await answer(request, info)
        : new Response(null, { status: 400 });
      if (!socket) await rejectUpgrade(connection, response);
    }

    respond().catch(() => connection.destroy());
  });
  return sweep(clock, IDLE_SECONDS * 1_000, acceptor.clients);
}

/**
 * Close a socket whose client sends much before it has logged in: what it sends
 * may be one message that never ends. Returns what to call after login.
 */
function limitUntilLogin(
  connection: NodeConnection,
  socket: WebSocket,
): () => void {
  let left = UNAUTHENTICATED_BYTES;
  const count = ({ length }: Uint8Array): void => {
    left -= length;
    if (left >= 0) return;
    connection.off("data", count);
    closeSocket(socket, 1009, "Message is too big");
    connection.end("", () => connection.destroy());
  };
  connection.on("data", count);
  return () => connection.off("data", count);
}

/** The same request for `fetch`; `undefined` when it has no valid address. */
function webRequest(
  { url = "/", rawHeaders }: NodeRequest,
): Request | undefined {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  const host = headers.get("host") || "localhost";
  try {
    // A path may begin like the name of another host.
    const address = url.startsWith("/") ? `http://${host}${url}` : url;
    return new Request(address, { headers });
  } catch {
    return undefined;
  }
}

/** Answer a request for another protocol, for which Node makes no response. */
async function rejectUpgrade(
  connection: NodeConnection,
  response: Response,
): Promise<void> {
  const { status, statusText, headers } = response;
  const body = await response.text();
  if (!connection.writable) return connection.destroy();
  const length = new TextEncoder().encode(body).length;
  const head = [
    `HTTP/1.1 ${status} ${statusText}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${length}`,
    "connection: close",
  ];
  connection.end(
    `${head.join("\r\n")}\r\n\r\n${body}`,
    () => connection.destroy(),
  );
}

/** A socket that can be pinged. */
export interface PingableSocket {
  ping(): void;
  /** End at once. */
  terminate(): void;
  on(event: "message" | "pong", listener: () => void): void;
}

/**
 * End sockets whose peers are gone without a close: those that gave no sign of
 * life since the ping before, an interval ago. Returns what to call to stop.
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
