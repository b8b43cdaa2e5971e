import { type Clock, ignore } from "../../../async.ts";
import { MAX_MESSAGE_BYTES, type Upgrade } from "../../settings.ts";
import type { FetchInfo } from "../fetch_handler.ts";
import { closeSocket } from "../close_socket.ts";
import { IDLE_SECONDS } from "../upgrade.ts";
import { sweep } from "./sweep.ts";

/** What a client needs at most to log in, with what it may send behind that. */
const STRANGER_BYTES = 1024 * 1024;

/** The part of Node's HTTP server that is needed here. */
export interface NodeServer {
  /** Be told of requests for another protocol. */
  on(
    event: "upgrade",
    listener: (
      request: NodeRequest,
      line: NodeLine,
      head: Uint8Array,
    ) => void,
  ): void;
}

/** A request as Node tells it. */
export interface NodeRequest {
  readonly url?: string;
  readonly method?: string;
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string };
}

/** The connection that a request came over. */
export interface NodeLine {
  readonly writable: boolean;
  on(event: "error", listener: () => void): void;
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  off(event: "data", listener: (chunk: Uint8Array) => void): void;
  end(text: string, done: () => void): void;
  destroy(): void;
}

/**
 * Let a server of Node take WebSockets, which it leaves to whoever listens.
 *
 * @param server The server.
 * @param answer Answers the request with the given information.
 * @param clock Where time comes from.
 * @returns What to call when the server stops.
 */
export async function nodeUpgrades(
  server: NodeServer,
  answer: (
    request: Request,
    info: Required<Omit<FetchInfo, "page">>,
  ) => Response | Promise<Response>,
  clock: Clock,
): Promise<() => void> {
  const { WebSocketServer } = await import("ws");
  const door = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  server.on("upgrade", (incoming, line, head) => {
    line.on("error", ignore);
    let socket: WebSocket | undefined;
    const keep = (opened: WebSocket): void => void (socket = opened);

    function acceptWebSocket(): ReturnType<Upgrade> {
      // Done before this returns; or refused, with the line closed.
      door.handleUpgrade(incoming, line, head, keep);
      if (!socket) throw new TypeError("Not a WebSocket handshake");
      const onLogin = limitUntilLogin(line, socket);
      return { socket, response: new Response(), onLogin };
    }

    async function take(): Promise<void> {
      const hostname = incoming.socket.remoteAddress ?? "";
      const info = { remoteAddr: { hostname }, acceptWebSocket };
      const request = webRequest(incoming);
      const response = request
        ? await answer(request, info)
        : new Response(null, { status: 400 });
      if (!socket) await rejectUpgrade(line, response);
    }

    take().catch(() => line.destroy());
  });
  return sweep(clock, IDLE_SECONDS * 1_000, door.clients);
}

/**
 * End a socket whose client sends much before it has logged in: what it sends
 * may be one message that never ends.
 *
 * @returns What to call when it has logged in.
 */
function limitUntilLogin(line: NodeLine, socket: WebSocket): () => void {
  let left = STRANGER_BYTES;
  const count = ({ length }: Uint8Array): void => {
    left -= length;
    if (left >= 0) return;
    line.off("data", count);
    closeSocket(socket, 1009, "Message is too big");
    line.end("", () => line.destroy());
  };
  line.on("data", count);
  return () => line.off("data", count);
}

/** The same request as the web knows it; `undefined` when it knows none. */
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

/**
 * Answer a request for another protocol with a response. Node makes none for
 * such a request, so the words are put on the line here.
 */
async function rejectUpgrade(
  line: NodeLine,
  response: Response,
): Promise<void> {
  const { status, statusText, headers } = response;
  const body = await response.text();
  if (!line.writable) return line.destroy();
  const length = new TextEncoder().encode(body).length;
  const head = [
    `HTTP/1.1 ${status} ${statusText}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${length}`,
    "connection: close",
  ];
  line.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => line.destroy());
}
