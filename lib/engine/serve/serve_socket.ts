import {
  decodeFrame,
  encodeHeader,
  encodeText,
  writeFrame,
} from "../../protocol/frame.ts";
import type { Peer } from "../../transport/memory.ts";
import type { Message } from "../../../schema/envelope.ts";
import { MAX_MESSAGE_BYTES, type Settings } from "../settings.ts";
import { Backlog } from "./backlog.ts";
import { closeSocket } from "./close_socket.ts";
import type { Connection } from "./connection.ts";
import { checkNesting } from "./nesting.ts";
import { salvageSeq } from "./salvage_seq.ts";

const OPEN = 1;
const TOO_BIG = 1009;
const TRY_LATER = 1013;
const NOTHING = new Uint8Array(0);

/** How much of what a socket carries is held at most, in bytes. */
export type SocketLimits = Pick<
  Settings,
  "maxStrangerBytes" | "maxUnreadBytes"
>;

/**
 * Speak the protocol over a WebSocket.
 *
 * Must be called in the turn in which the socket was made, so that nothing
 * that it says is missed.
 *
 * @param socket The engine's end of the socket.
 * @param limits See {@linkcode SocketLimits}.
 * @param connect Makes the connection behind it.
 * @returns That connection.
 */
export function serveSocket(
  socket: WebSocket,
  limits: SocketLimits,
  connect: (peer: Peer) => Connection,
): Connection {
  socket.binaryType = "arraybuffer";
  const { maxStrangerBytes, maxUnreadBytes } = limits;
  const backlog = new Backlog();

  function send(frame: string | Uint8Array<ArrayBuffer>): void {
    const before = socket.bufferedAmount;
    socket.send(frame);
    const buffered = socket.bufferedAmount;
    const size = Math.max(frame.length, buffered - before);
    const limit = connection.identity ? maxUnreadBytes : maxStrangerBytes;
    // Not every platform tells what it holds back.
    const isFull = backlog.add(size, buffered || 0, limit) ||
      typeof frame !== "string" && buffered > MAX_MESSAGE_BYTES;
    if (isFull) connection.close(TRY_LATER, "Reads too slowly");
  }

  function receive(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    if (typeof frame !== "string" && !(frame instanceof Uint8Array)) return;
    const most = connection.identity ? MAX_MESSAGE_BYTES : maxStrangerBytes;
    if (frame.length > most) {
      return connection.close(TOO_BIG, "Message is too big");
    }
    let message: Message;
    try {
      message = decodeFrame(frame);
      checkNesting(message);
    } catch (error) {
      const seq = salvageSeq(frame);
      if (seq !== undefined) connection.refuseMalformed(seq, error);
      return;
    }
    connection.onMessage(message, frame.length);
  }

  const connection = connect({
    send(message, payload): void {
      // Some runtimes throw when the socket is closing already.
      if (socket.readyState !== OPEN) return;
      // A new frame each time: sockets of Node keep it until it has left.
      send(
        payload
          ? writeFrame(NOTHING, encodeHeader(message), payload)
          : encodeText(message),
      );
    },
    close: (code, reason) => closeSocket(socket, code, reason),
  });
  socket.addEventListener("message", ({ data }) => receive(data));
  socket.addEventListener("close", () => connection.onClose());
  // A close event follows; without a listener some runtimes report the error.
  socket.addEventListener("error", () => connection.onClose());
  return connection;
}
