import { deferred } from "../../lib/async.ts";
import type { Message } from "../../schema/envelope.ts";
import type { Line, Wire } from "./scripted_line.ts";

/** A listening port of a scripted server. */
export interface Listening {
  /** The address for `connect`. */
  readonly uri: string;
  /** Stop listening and wait for all sockets to be over. */
  close(): Promise<void>;
}

/** Listen on a free port of this machine and accept every upgrade. */
export function listen(
  accept: (wire: Wire) => Line,
  upgrade?: (request: Request) => Response | undefined,
): Listening {
  const sockets = new Set<Promise<void>>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, (request) => {
    const instead = upgrade?.(request);
    if (instead) return instead;
    const { socket, response } = Deno.upgradeWebSocket(request);
    sockets.add(serve(socket, accept));
    return response;
  });
  return {
    uri: `ws://127.0.0.1:${server.addr.port}`,
    async close(): Promise<void> {
      await server.shutdown();
      await Promise.all(sockets);
    },
  };
}

/** Serve one socket; settles when it is over. */
function serve(
  socket: WebSocket,
  accept: (wire: Wire) => Line,
): Promise<void> {
  const over = deferred<void>();
  let line: Line | undefined;
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    line = accept({
      send: ({ message, payload }) => {
        const header = JSON.stringify(message);
        socket.send(payload ? joined(header, payload) : header);
      },
      raw: (frame) => socket.send(frame),
      close: (code, reason) => socket.close(code, reason),
    });
  };
  socket.onmessage = ({ data }) => line?.receive(readFrame(data));
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = ({ code, reason }) => {
    line?.ended({ code, reason });
    over.resolve();
  };
  return over.promise;
}

function joined(header: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${header}\n`);
  const frame = new Uint8Array(head.length + payload.length);
  frame.set(head);
  frame.set(payload, head.length);
  return frame;
}

/** Read a frame as engines do. */
function readFrame(data: string | ArrayBuffer): Message {
  if (typeof data === "string") return JSON.parse(data);
  const bytes = new Uint8Array(data);
  const end = bytes.indexOf(0x0a);
  const header = end < 0 ? bytes : bytes.subarray(0, end);
  const message = JSON.parse(new TextDecoder().decode(header));
  if (end < 0) return message;
  const args = { ...message.arguments, data: bytes.slice(end + 1) };
  return { ...message, arguments: args };
}
