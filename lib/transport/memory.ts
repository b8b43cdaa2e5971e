import type { Message } from "../../schema/envelope.ts";
import { ConnectionException } from "../errors.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  Payload,
  Transport,
} from "./transport.ts";

/** The far end of a connection, as a server sees it. */
export interface Peer {
  /** Hand a message to the client. */
  send(message: Message, payload?: Uint8Array): void;
  /** End the connection; the client sees this code and reason. */
  close(code?: number, reason?: string): void;
}

/**
 * What serves a connection: it is given the far end and answers with its own
 * handlers. An engine is one; so is a script of answers in a test.
 */
export type Acceptor = (peer: Peer) => ConnectionHandlers;

/**
 * Connect to a server in the same process, with no socket and no JSON text.
 *
 * Messages arrive in order, each in a microtask of its own, and payloads are
 * copied as a socket would, so code behaves as it does over a network.
 *
 * @param accept What serves each connection.
 * @returns A transport for `connect({ transport })`.
 *
 * @example A server of three lines
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { call, close, connect } from "@rocketride/streams";
 * import { memoryTransport } from "@rocketride/streams/transport";
 *
 * const transport = memoryTransport((peer) => ({
 *   onMessage(message) {
 *     if (message.type !== "request") return;
 *     const { seq, command } = message;
 *     const body = { heard: command };
 *     peer.send({ type: "response", seq: 1, request_seq: seq, success: true, body });
 *   },
 *   onClose() {},
 * }));
 * const session = await connect({ transport, env: {} });
 * assertEquals(await call(session, "rrext_ping"), { heard: "rrext_ping" });
 * await close(session);
 * ```
 */
export function memoryTransport(accept: Acceptor): Transport {
  return {
    name: "memory",
    resolve: () => new URL("memory://localhost/task/service"),
    async dial(url, handlers, { signal }): Promise<Connection> {
      // As over a network: the peer hears of it in a later turn.
      await null;
      signal?.throwIfAborted();
      return pair(url.href, handlers, accept);
    },
  };
}

function pair(
  uri: string,
  client: ConnectionHandlers,
  accept: Acceptor,
): Connection {
  let open = false;

  function end(info: CloseInfo): void {
    if (!open) return;
    open = false;
    queueMicrotask(() => server.onClose(info));
    client.onClose(info);
  }

  const server = accept({
    send(message, payload): void {
      const copy = withPayload(message, payload);
      queueMicrotask(() => open && client.onMessage(copy));
    },
    close(code = 1000, reason = ""): void {
      // After what was sent before it, as on a socket.
      queueMicrotask(() => end({ code, reason }));
    },
  });
  open = true;

  return {
    uri,
    send(message, payload): void {
      if (!open) {
        throw new ConnectionException("Connection is not open", {
          code: "not-connected",
          retryable: true,
        });
      }
      const copy = withPayload(message, payload);
      // What was sent before a close still arrives, as on a socket.
      queueMicrotask(() => server.onMessage(copy));
    },
    close(code = 1000, reason = ""): Promise<void> {
      end({ code, reason });
      return Promise.resolve();
    },
  };
}

/** The message as the other side reads it: payload copied into `arguments`. */
function withPayload(message: Message, payload?: Payload): Message {
  if (payload === undefined) return message;
  const bytes = payload instanceof FrameBuffer ? payload.payload : payload;
  const args = "arguments" in message ? message.arguments : undefined;
  return { ...message, arguments: { ...args, data: bytes.slice() } } as Message;
}
