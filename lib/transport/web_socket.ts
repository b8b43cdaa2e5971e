import { checkOptions } from "../check.ts";
import type { Message } from "../../schema/envelope.ts";
import { abortable, deadline, deferred, roomGate, within } from "../async.ts";
import {
  decodeFrame,
  encodeHeader,
  FrameBuffer,
  writeFrame,
} from "../protocol/frame.ts";
import { isLoopback, normalizeUri } from "../protocol/uri.ts";
import {
  ABNORMAL,
  queueFull,
  retryableError,
  timeoutError,
  unreachable,
} from "./failures.ts";
import { type Turns, turnsOfLoop } from "./turns.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Payload,
  Transport,
} from "./transport.ts";

/** Makes a socket: the platform's `WebSocket`, or one that behaves like it. */
export type WebSocketConstructor = new (url: string) => WebSocket;

/** Options of {@linkcode webSocketTransport}. */
export interface WebSocketTransportOptions {
  /**
   * The constructor to use instead of the platform's, for example one that
   * sends headers, or npm's `ws`.
   *
   * @default {globalThis.WebSocket}
   */
  readonly WebSocket?: WebSocketConstructor;
}

/**
 * The transport over the platform's `WebSocket`; the default of `connect`.
 *
 * Frames keep their order both ways. On loopback Deno delays frames of 1 to
 * 64 KiB by 44 ms. Once that was measured, the transport prevents it: it sends a
 * ping with the `seq` 0 ahead of such a frame, whose answer it takes itself, or
 * fills the frame up with blanks. Traces show neither.
 *
 * @param options See {@linkcode WebSocketTransportOptions}.
 * @returns A transport for `connect({ transport })`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { webSocketTransport } from "@rocketride/streams";
 *
 * const transport = webSocketTransport();
 * assertEquals(
 *   transport.resolve("localhost").href,
 *   "ws://localhost:5565/task/service",
 * );
 * ```
 */
export function webSocketTransport(
  options: WebSocketTransportOptions = {},
): Transport {
  checkOptions(options, "webSocketTransport({ WebSocket })", { WebSocket: 1 });
  return {
    name: "WebSocket",
    resolve: normalizeUri,
    dial: (...dialled) => dial(options, ...dialled),
  };
}

const CLOSE_GRACE_MS = 1_000;
const MAX_REASON_BYTES = 123;
const MAX_SCRATCH_BYTES = 1024 * 1024;
/** Above what all pipes of a task have in flight with frames of common size. */
const MAX_BUFFERED_BYTES = 256 * 1024 * 1024;
/** Payload waits while a socket holds back more than this. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** How soon that is looked at again where nothing arrives; no event tells. */
const POLL_MS = 5;
const PROTOCOL_BREACH = 4002;
const OPEN = 1;

/**
 * Open a socket: the first of open, error, close, timeout and abort decides.
 * A socket has one end, and whatever comes after it is ignored.
 */
async function dial(
  { WebSocket: Socket = globalThis.WebSocket }: WebSocketTransportOptions,
  url: URL,
  { onClose, onMessage }: ConnectionHandlers,
  { signal, timeout, clock }: DialOptions,
): Promise<Connection> {
  signal?.throwIfAborted();
  const { href: uri } = url;
  const opened = deferred<void>();
  const closed = deferred<void>();
  const guard = isLoopback(url) ? new StallGuard(clock.now) : undefined;
  let turns: Turns | undefined;
  let phase: "opening" | "open" | "ended" = "opening";
  let scratch: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  function failed(error: unknown, closeCode?: number): Error {
    const { message } = Object(error);
    return unreachable(uri, message, { closeCode, cause: error });
  }

  function end(info: CloseInfo): void {
    const before = phase;
    phase = "ended";
    unsent.end();
    turns?.close();
    if (before === "opening") opened.reject(failed(info.error, info.code));
    if (before === "open") onClose(info);
  }

  function closeSocket(code: number, reason: string): void {
    try {
      // What every runtime lets clients send.
      const allowed = code >= 3000 && code <= 4999;
      socket.close(allowed ? code : 1000, shortened(reason));
    } catch {
      closed.resolve(); // nothing more will come of it
    }
  }

  function receive(data: unknown): void {
    if (phase !== "open") return;
    guard?.received();
    let message: Message;
    try {
      message = decodeFrame(typeof data === "string" ? data : bytesIn(data));
    } catch (error) {
      // An answer may be lost in it, and its caller would wait for ever.
      const reason = "Malformed frame";
      end({ code: PROTOCOL_BREACH, reason, error });
      return closeSocket(PROTOCOL_BREACH, reason);
    }
    if (message.type === "response") {
      if (message.request_seq === NO_SEQ) return;
      guard?.answered();
    }
    onMessage(message);
    unsent.flush();
  }

  /** The size that a frame of so many bytes gets; it is sent next. */
  function padded(bytes: number): number {
    if (!guard) return bytes;
    if (!guard.nudges(bytes)) return guard.paddedSize(bytes);
    socket.send(NUDGE);
    return bytes;
  }

  function binaryFrame(
    message: Message,
    payload: Payload,
  ): Uint8Array<ArrayBuffer> {
    const header = encodeHeader(message);
    const isBuffer = payload instanceof FrameBuffer;
    const bytes = isBuffer ? payload.payload : payload;
    const plain = header.length + 1 + bytes.length;
    const size = padded(plain);
    if (isBuffer && size === plain) return payload.frame(header);
    const frame = writeFrame(scratch, header, bytes, size);
    const whole = new Uint8Array(frame.buffer);
    if (whole.length <= MAX_SCRATCH_BYTES) scratch = whole;
    return frame;
  }

  let socket: WebSocket;
  try {
    socket = new Socket(uri);
  } catch (error) {
    // Deno throws here when the permission for the host is missing.
    throw failed(error);
  }
  // The default differs between runtimes and has changed within them.
  socket.binaryType = "arraybuffer";
  // What is sent behind payload, a ping or the open of a pipe, is not delayed.
  // A socket that has ended keeps its amount for ever.
  const exceeds = (): boolean =>
    phase === "open" && socket.bufferedAmount > MAX_UNSENT_BYTES;
  const unsent = roomGate(clock, exceeds, POLL_MS);
  // Attached in the same turn: Deno drops events without a listener.
  socket.addEventListener("open", () => {
    if (phase !== "opening") return;
    phase = "open";
    opened.resolve();
  });
  socket.addEventListener("message", ({ data }) => receive(data));
  socket.addEventListener("error", (error) => {
    end({ code: ABNORMAL, reason: "", error });
  });
  socket.addEventListener("close", ({ code, reason }) => {
    // Deno reports a connection that was lost as code 0.
    end({ code: code || ABNORMAL, reason });
    closed.resolve();
  });
  const stopTimer = deadline(clock, timeout, () => {
    opened.reject(
      timeoutError(`Cannot connect to "${uri}": no answer`, timeout),
    );
  });
  try {
    await abortable(opened.promise, signal);
  } catch (error) {
    phase = "ended";
    closeSocket(1000, "");
    throw error;
  } finally {
    stopTimer();
  }

  return {
    uri,
    send(message, payload): void {
      if (phase !== "open" || socket.readyState !== OPEN) {
        throw retryableError("not-connected", "Connection is not open");
      }
      // Runtimes hold what the network does not take, without a limit.
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        throw queueFull("Cannot send: too much waits for the network already");
      }
      if (payload) socket.send(binaryFrame(message, payload));
      else {
        const text = JSON.stringify(message);
        socket.send(text.padEnd(padded(text.length)));
      }
      if (message.type === "request") guard?.asked();
    },
    isFull: unsent.isFull,
    ...(sendsInTurns() && {
      async flush(): Promise<void> {
        if (phase === "open") await (turns ??= turnsOfLoop()).next();
      },
    }),
    async close(code = 1000, reason = ""): Promise<void> {
      end({ code, reason });
      closeSocket(code, reason);
      // A peer may never answer it.
      await within(clock, CLOSE_GRACE_MS, closed.promise, { ref: false });
    },
  };
}

/** Whether frames leave only with the next turn of the event loop. */
function sendsInTurns(): boolean {
  return !!globalThis.navigator?.userAgent?.startsWith("Deno/");
}

/** The bytes of a buffer or a view; none of anything else. */
function bytesIn(data: unknown): Uint8Array {
  const { buffer = data, byteOffset, byteLength } = Object(data);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A close reason within 123 bytes, cut at a character. */
function shortened(reason: string): string {
  const target = new Uint8Array(MAX_REASON_BYTES);
  const { read } = new TextEncoder().encodeInto(reason, target);
  return reason.slice(0, read);
}

/** Frames up to this size leave in one piece on every runtime. */
const SAFE_BELOW_BYTES = 1024;
/** Frames from this size on fill a loopback segment, so nothing is held back. */
const PADDED_BYTES = 64 * 1024;
/** A delayed acknowledgement takes at least this long. */
const STALL_MS = 35;

/** No request of a session has this number. */
const NO_SEQ = 0;
/** A request that every server answers at once. */
const NUDGE = JSON.stringify({
  type: "request",
  seq: NO_SEQ,
  command: "rrext_ping",
});

/**
 * Notices the delayed-acknowledgement stall of request–reply traffic on
 * loopback, and from then on says how frames are kept from it.
 *
 * Deno's client writes a frame's header and payload apart above 1,024 bytes
 * and leaves Nagle's algorithm on; the peer delays its acknowledgement, so
 * every frame of up to about 64 KiB waits 44 ms. The stall is measured, not
 * guessed from the runtime's name. There are two cures:
 *
 * - A ping ahead of the frame. While it is not acknowledged, the kernel gathers
 *   header and payload; the server's answer to the ping acknowledges it at once.
 *   This takes that no other request waits for its answer: its acknowledgement
 *   would be waited for, too.
 * - Blanks, which JSON allows, fill the frame up to 64 KiB; then it leaves at
 *   once. That takes 0.3 ms.
 */
export class StallGuard {
  readonly #now: () => number;
  /** Whether a frame has stalled. */
  #stalls = false;
  /** Whether one stalled behind its ping: then frames are filled up. */
  #nudgeFailed = false;
  /** Requests that wait for their answers. */
  #unanswered = 0;
  /** When the last frame left, if it may stall. */
  #sentAt = Infinity;
  /** When a ping went ahead of the frame in flight. */
  #nudgedAt = Infinity;

  /** Watch a connection with a clock of milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A request has left. */
  asked(): void {
    this.#unanswered++;
  }

  /** A request was answered. */
  answered(): void {
    if (this.#unanswered > 0) this.#unanswered--;
    this.#nudgeFailed ||= this.#isLate(this.#nudgedAt);
    this.#nudgedAt = Infinity;
  }

  /** Whether a ping ahead keeps a frame of `bytes` from the stall. */
  nudges(bytes: number): boolean {
    const nudges = this.#stalls && !this.#nudgeFailed &&
      this.#unanswered === 0 && isExposed(bytes);
    if (nudges) this.#nudgedAt = this.#now();
    return nudges;
  }

  /** The size to fill a frame of `bytes` up to; `bytes` itself when it is fine. */
  paddedSize(bytes: number): number {
    const mayStall = isExposed(bytes);
    if (mayStall && this.#stalls) return PADDED_BYTES;
    this.#sentAt = mayStall ? this.#now() : Infinity;
    return bytes;
  }

  /** Something arrived; if it answers a lone exposed frame, time it. */
  received(): void {
    this.#stalls ||= this.#isLate(this.#sentAt);
    this.#sentAt = Infinity;
  }

  #isLate(at: number): boolean {
    return at < Infinity && this.#now() - at >= STALL_MS;
  }
}

function isExposed(bytes: number): boolean {
  return bytes > SAFE_BELOW_BYTES && bytes < PADDED_BYTES;
}
