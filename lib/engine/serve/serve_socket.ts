import { decodeFrame, encodeHeader, encodeText } from "../../protocol/frame.ts";
import { writeFrame } from "../../protocol/frame_buffer.ts";
import type { Peer } from "../../transport/memory.ts";
import { MAX_MESSAGE_BYTES } from "../settings.ts";
import { Backlog } from "./backlog.ts";
import { closeSocket } from "./close_socket.ts";
import type { Connection } from "./connection.ts";
import { salvageSeq } from "./salvage_seq.ts";

const OPEN = 1;
const TOO_BIG = 1009;
const TRY_LATER = 1013;
const NOTHING = new Uint8Array(0);

/**
 * Speak the protocol over a WebSocket.
 *
 * Must be called in the turn in which the socket was made, so that nothing
 * that it says is missed.
 *
 * @param socket The engine's end of the socket.
 * @param connect Makes the connection behind it.
 */
export function serveSocket(
  socket: WebSocket,
  connect: (peer: Peer) => Connection,
): void {
  socket.binaryType = "arraybuffer";
  const backlog = new Backlog();
  const connection = connect({
    send(message, payload): void {
      // Some runtimes throw when the socket is closing already.
      if (socket.readyState !== OPEN) return;
      if (payload) {
        // A new one each time: sockets of Node keep it until it has left.
        socket.send(writeFrame(NOTHING, encodeHeader(message), payload));
        if (socket.bufferedAmount <= MAX_MESSAGE_BYTES) return;
        return connection.close(TRY_LATER, "Reads too slowly");
      }
      const text = encodeText(message);
      socket.send(text);
      if (message.type === "response") return;
      backlog.add(text.length, socket.bufferedAmount);
      if (backlog.isFull) connection.close(TRY_LATER, "Reads too slowly");
    },
    close: (code, reason) => closeSocket(socket, code, reason),
  });
  socket.addEventListener("message", ({ data }) => receive(connection, data));
  socket.addEventListener("close", () => connection.onClose());
  // A close event follows; without a listener some runtimes report the error.
  socket.addEventListener("error", () => connection.onClose());
}

function receive(connection: Connection, data: unknown): void {
  const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  if (typeof frame !== "string" && !(frame instanceof Uint8Array)) return;
  if (frame.length > MAX_MESSAGE_BYTES) {
    return connection.close(TOO_BIG, "Message is too big");
  }
  try {
    connection.onMessage(decodeFrame(frame));
  } catch (error) {
    const seq = salvageSeq(frame);
    if (seq !== undefined) connection.refuseMalformed(seq, error);
  }
}
