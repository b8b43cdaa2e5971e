import type { Message } from "../../../schema/envelope.ts";
import { ProtocolException } from "../../errors.ts";
import {
  decodeFrame,
  encodeHeader,
  encodeText,
  writeFrame,
} from "../../protocol/frame.ts";
import type { Peer } from "../../transport/memory.ts";
import type { Settings } from "../settings.ts";
import type { Connection } from "./connection.ts";

const CONNECTING = 0;
const OPEN = 1;
const TOO_BIG = 1009;
const TRY_LATER = 1013;
const NOTHING = new Uint8Array(0);

/** How much of what a socket carries is held at most. */
export type SocketLimits = Pick<
  Settings,
  "maxDepth" | "maxMessageBytes" | "maxStrangerBytes" | "maxUnreadBytes"
>;

/**
 * Speak the protocol over a WebSocket. Must be called synchronously with the
 * making of the socket, so that none of its events is missed.
 */
export function serveSocket(
  socket: WebSocket,
  limits: SocketLimits,
  connect: (peer: Peer) => Connection,
): Connection {
  socket.binaryType = "arraybuffer";
  const { maxDepth, maxMessageBytes, maxStrangerBytes, maxUnreadBytes } =
    limits;
  const backlog = new Backlog();

  function send(frame: string | Uint8Array<ArrayBuffer>): void {
    const before = socket.bufferedAmount;
    socket.send(frame);
    const buffered = socket.bufferedAmount;
    const size = Math.max(frame.length, buffered - before);
    const limit = connection.identity ? maxUnreadBytes : maxStrangerBytes;
    // Not every platform tells what it holds back.
    const isFull = backlog.add(size, buffered || 0, limit) ||
      typeof frame !== "string" && buffered > maxMessageBytes;
    if (isFull) connection.close(TRY_LATER, "Reads too slowly");
  }

  function receive(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    if (typeof frame !== "string" && !(frame instanceof Uint8Array)) return;
    const most = connection.identity ? maxMessageBytes : maxStrangerBytes;
    if (frame.length > most) {
      return connection.close(TOO_BIG, "Message is too big");
    }
    let message: Message;
    try {
      message = decodeFrame(frame);
      checkDepth(message, maxDepth);
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

/** Close a socket in any state, with the code if its runtime allows it. */
export function closeSocket(
  socket: WebSocket,
  code?: number,
  reason?: string,
): void {
  const close = (): void => {
    try {
      socket.close(code, reason);
    } catch {
      // Not every runtime lets a server use every code.
      socket.close();
    }
  };
  // Deno ignores a close before the handshake is done.
  if (socket.readyState !== CONNECTING) close();
  else socket.addEventListener("open", close, { once: true });
}

/**
 * Throws if JSON is nested deeply. Parsers read it without end, but code that
 * walks through it afterwards, or writes it, would exceed the stack.
 */
export function checkDepth(value: unknown, most: number): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) {
      throw new ProtocolException(
        `JSON is nested too deeply: at most ${most} levels are read`,
      );
    }
    const next: unknown[] = [];
    for (const item of level) {
      for (const member of membersOf(item)) {
        if (typeof member === "object" && member !== null) next.push(member);
      }
    }
    level = next;
  }
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  // The payload of a frame has no members.
  if (ArrayBuffer.isView(value)) return [];
  return typeof value === "object" && value !== null
    ? Object.values(value)
    : [];
}

/** Where a `seq` is looked for in a malformed frame. */
const SALVAGED_BYTES = 4_096;

/** Find the `seq` of a malformed frame, so that its sender gets an answer. */
export function salvageSeq(frame: string | Uint8Array): number | undefined {
  const start = typeof frame === "string"
    ? frame.slice(0, SALVAGED_BYTES)
    : new TextDecoder().decode(frame.subarray(0, SALVAGED_BYTES));
  const [, digits] = /"seq"\s*:\s*(\d{1,15})(?!\d)/.exec(start) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The most messages that may wait: each costs more than its bytes. */
const MAX_WAITING = 65_536;

/** A message that may not have left yet. */
interface Waiting {
  readonly size: number;
  readonly isLarge: boolean;
}

/**
 * Watches how much waits for a client that does not read, so that one stalled
 * client costs a bounded amount of memory.
 *
 * One message at a time may be larger than the limit: the client asked for it,
 * and may take its time.
 */
class Backlog {
  /** What may not have left yet, the oldest first. */
  readonly #messages: Waiting[] = [];
  #first = 0;
  #total = 0;
  #large = 0;
  #small = 0;

  /**
   * A message of about `size` bytes was handed to the socket, which holds back
   * `buffered` altogether; returns whether more than `limit` waits.
   */
  add(size: number, buffered: number, limit: number): boolean {
    const message = { size, isLarge: size > limit };
    this.#messages.push(message);
    this.#count(message, 1);
    // What was sent first leaves first.
    for (; this.#first < this.#messages.length; this.#first++) {
      const oldest = this.#messages[this.#first]!;
      if (buffered > 0 && this.#total - oldest.size < buffered) break;
      this.#count(oldest, -1);
    }
    // Now and then, so that it costs no more than what was added.
    if (this.#first * 2 >= this.#messages.length) {
      this.#messages.splice(0, this.#first);
      this.#first = 0;
    }
    return Math.min(this.#small, buffered) > limit || this.#large > 1 ||
      this.#messages.length - this.#first > MAX_WAITING;
  }

  #count({ size, isLarge }: Waiting, by: 1 | -1): void {
    this.#total += by * size;
    if (isLarge) this.#large += by;
    else this.#small += by * size;
  }
}
