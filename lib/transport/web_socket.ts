import { checkOptions } from "../check.ts";
import type { Message } from "../../schema/envelope.ts";
import { type Clock, deadline, deferred, onAbort } from "../async.ts";
import {
  ConnectionException,
  ProtocolException,
  TimeoutException,
} from "../errors.ts";
import {
  decodeFrame,
  encodeHeader,
  encodeText,
  FrameBuffer,
  writeFrame,
} from "../protocol/frame.ts";
import { isLoopback, normalizeUri } from "../protocol/uri.ts";
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
 * Frames keep their order both ways. On loopback it cures the 44 ms stall of
 * small frames on Deno as soon as it has met it once.
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
    dial(url, handlers, dialOptions): Promise<Connection> {
      const Socket = options.WebSocket ?? globalThis.WebSocket;
      return dial(url, handlers, dialOptions, Socket);
    },
  };
}

/** One attempt: the first of open, error, close, timeout and abort settles it. */
async function dial(
  url: URL,
  handlers: ConnectionHandlers,
  { signal, timeout, clock }: DialOptions,
  Socket: WebSocketConstructor,
): Promise<Connection> {
  signal?.throwIfAborted();
  const opened = deferred<void>();
  let line: Line;
  try {
    line = new Line(new Socket(url.href), url.href, {
      clock,
      handlers,
      guard: isLoopback(url) ? new StallGuard(clock.now) : undefined,
      onOpen: opened.resolve,
      onFailure: (info) => opened.reject(unreachable(url, info)),
    });
  } catch (error) {
    // Deno throws here when the permission for the host is missing.
    throw unreachable(url, { error });
  }
  const stopTimer = deadline(clock, timeout, () => {
    opened.reject(silent(url, timeout));
  });
  const detach = onAbort(signal, opened.reject);
  try {
    await opened.promise;
    // An object of its own members, so that wrappers can spread it.
    return {
      uri: line.uri,
      send: (message, payload) => line.send(message, payload),
      close: (code, reason) => line.close(code, reason),
    };
  } catch (error) {
    line.abandon();
    throw error;
  } finally {
    stopTimer();
    detach();
  }
}

function unreachable(
  url: URL,
  info: Partial<CloseInfo>,
): ConnectionException {
  return new ConnectionException(
    `Cannot connect to "${url.href}"${said(info.error)}`,
    {
      code: "connection-failed",
      retryable: true,
      closeCode: info.code,
      cause: info.error,
      hint: "Check that the engine runs there and that the address is right",
    },
  );
}

function silent(url: URL, timeout: number): TimeoutException {
  return new TimeoutException(
    `Cannot connect to "${url.href}": no answer within ${timeout} ms`,
    timeout,
  );
}

/** The runtime's words about a failure; some have none. */
function said(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  return "message" in error && error.message ? `: ${error.message}` : "";
}

const CLOSE_GRACE_MS = 1_000;
const MAX_REASON_BYTES = 123;
const MAX_SCRATCH_BYTES = 1024 * 1024;
/** Above what all pipes of a task have in flight with frames of common size. */
const MAX_BUFFERED_BYTES = 256 * 1024 * 1024;
const ABNORMAL = 1006;
const PROTOCOL_BREACH = 4002;
const OPEN = 1;

/** What a line reports to, and what it works with. */
interface LineOptions {
  readonly clock: Clock;
  readonly handlers: ConnectionHandlers;
  readonly guard: StallGuard | undefined;
  onOpen(): void;
  onFailure(info: CloseInfo): void;
}

/** A socket with one ending: whatever comes after the first end is ignored. */
export class Line implements Connection {
  readonly uri: string;
  readonly #socket: WebSocket;
  readonly #options: LineOptions;
  readonly #closed = deferred<void>();
  #phase: "dialing" | "open" | "ended" = "dialing";
  #scratch: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(socket: WebSocket, uri: string, options: LineOptions) {
    this.uri = uri;
    this.#socket = socket;
    this.#options = options;
    // The default differs between runtimes and has changed within them.
    socket.binaryType = "arraybuffer";
    // Attached in the same turn: Deno drops what nobody listens to yet.
    socket.addEventListener("open", () => {
      if (this.#phase !== "dialing") return;
      this.#phase = "open";
      options.onOpen();
    });
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("error", (event) => {
      this.#end({ code: ABNORMAL, reason: "", error: event });
    });
    socket.addEventListener("close", ({ code, reason }) => {
      // Deno reports a line that died as code 0.
      this.#end({ code: code || ABNORMAL, reason });
      this.#closed.resolve();
    });
  }

  send(message: Message, payload?: Payload): void {
    if (this.#phase !== "open" || this.#socket.readyState !== OPEN) {
      throw new ConnectionException("Connection is not open", {
        code: "not-connected",
        retryable: true,
      });
    }
    // Runtimes hold what the network does not take, without a limit.
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) throw tooMuch();
    this.#socket.send(
      payload === undefined
        ? this.#textFrame(message)
        : this.#binaryFrame(message, payload),
    );
  }

  close(code = 1000, reason = ""): Promise<void> {
    this.#end({ code, reason });
    this.#hangUp(code, reason);
    return this.#gone();
  }

  /** Let go of a socket that never opened. */
  abandon(): void {
    this.#phase = "ended";
    this.#hangUp(1000, "");
  }

  #textFrame(message: Message): string {
    const text = encodeText(message);
    const padded = this.#padded(text.length);
    return padded > text.length ? text.padEnd(padded) : text;
  }

  #binaryFrame(message: Message, payload: Payload): Uint8Array<ArrayBuffer> {
    const header = encodeHeader(message);
    const bytes = payload instanceof FrameBuffer ? payload.payload : payload;
    const plain = header.length + 1 + bytes.length;
    const padded = this.#padded(plain);
    if (payload instanceof FrameBuffer && padded === plain) {
      return payload.frame(header);
    }
    const frame = writeFrame(this.#scratch, header, bytes, padded);
    const whole = new Uint8Array(frame.buffer);
    if (whole.length <= MAX_SCRATCH_BYTES) this.#scratch = whole;
    return frame;
  }

  #padded(bytes: number): number {
    return this.#options.guard?.paddedSize(bytes) ?? bytes;
  }

  #receive(data: unknown): void {
    if (this.#phase !== "open") return;
    this.#options.guard?.received();
    let message: Message;
    try {
      message = decodeFrame(readable(data));
    } catch (error) {
      // A reply may be lost in it, and its caller would wait for ever.
      this.#end({ code: PROTOCOL_BREACH, reason: "Malformed frame", error });
      this.#hangUp(PROTOCOL_BREACH, "Malformed frame");
      return;
    }
    this.#options.handlers.onMessage(message);
  }

  #end(info: CloseInfo): void {
    const before = this.#phase;
    this.#phase = "ended";
    if (before === "dialing") this.#options.onFailure(info);
    if (before === "open") this.#options.handlers.onClose(info);
  }

  #hangUp(code: number, reason: string): void {
    try {
      this.#socket.close(allowed(code), shortened(reason));
    } catch {
      // A socket that cannot even be closed is as good as gone.
      this.#closed.resolve();
    }
  }

  /** A peer that never answers the close is waited for one second. */
  #gone(): Promise<void> {
    const { clock } = this.#options;
    const stop = clock.after(CLOSE_GRACE_MS, this.#closed.resolve, {
      ref: false,
    });
    return this.#closed.promise.finally(stop);
  }
}

/** The network is far behind; nothing of the message has left. */
function tooMuch(): ConnectionException {
  return new ConnectionException(
    "Cannot send: too much waits for the network already",
    {
      code: "queue-full",
      retryable: true,
      hint: "Wait for the answers of earlier calls before you make more",
    },
  );
}

/** What a frame came as, as the codec takes it. */
function readable(data: unknown): string | Uint8Array {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  throw new ProtocolException("Cannot read frame: expected text or bytes");
}

/** A close code that every runtime lets clients send. */
function allowed(code: number): number {
  return code >= 3000 && code <= 4999 ? code : 1000;
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

/**
 * Notices the delayed-acknowledgement stall of request–reply traffic on
 * loopback, and from then on says how far frames are to be padded.
 *
 * Deno's client writes a frame's header and payload apart above 1,024 bytes
 * and leaves Nagle's algorithm on; the peer delays its acknowledgement, so
 * every frame of up to about 64 KiB waits 44 ms. Filled up with
 * blanks, which JSON allows, the frame leaves at once. The stall is measured,
 * not guessed from the runtime's name: a pause that looks like it but is not
 * costs a copy of 64 KiB per small frame and nothing else.
 */
export class StallGuard {
  readonly #now: () => number;
  #sentAt = 0;
  #watching = false;
  #stalls = false;

  /** Watch a connection with a clock of milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The size to fill a frame of `bytes` up to; `bytes` itself when it is fine. */
  paddedSize(bytes: number): number {
    const exposed = bytes > SAFE_BELOW_BYTES && bytes < PADDED_BYTES;
    if (!exposed) {
      this.#watching = false;
      return bytes;
    }
    if (this.#stalls) return PADDED_BYTES;
    this.#watching = true;
    this.#sentAt = this.#now();
    return bytes;
  }

  /** Something arrived; if it answers a lone exposed frame, time it. */
  received(): void {
    if (!this.#watching) return;
    this.#watching = false;
    this.#stalls = this.#now() - this.#sentAt >= STALL_MS;
  }
}
