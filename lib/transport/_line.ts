import type { Message } from "../../schema/envelope.ts";
import type { Clock } from "../_clock.ts";
import { deferred } from "../_deferred.ts";
import { ConnectionException, ProtocolException } from "../errors.ts";
import { decodeFrame, encodeHeader, encodeText } from "../protocol/frame.ts";
import { FrameBuffer, writeFrame } from "../protocol/frame_buffer.ts";
import type { StallGuard } from "./_stall_guard.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  Payload,
} from "./transport.ts";

const CLOSE_GRACE_MS = 1_000;
const MAX_REASON_BYTES = 123;
const MAX_SCRATCH_BYTES = 1024 * 1024;
/** Above what all pipes of a task have in flight with frames of common size. */
const MAX_BUFFERED_BYTES = 256 * 1024 * 1024;
const ABNORMAL = 1006;
const PROTOCOL_BREACH = 4002;
const OPEN = 1;

/** What a line reports to, and what it works with. */
export interface LineOptions {
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
    // The default differs between runtimes and has changed within them (F7).
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
      // Deno reports a line that died as code 0 (runtimes §0).
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
      // A reply may be lost in it, and its caller would wait for ever (F26).
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

/** A close code that every runtime lets clients send (field F39). */
function allowed(code: number): number {
  return code >= 3000 && code <= 4999 ? code : 1000;
}

/** A close reason within 123 bytes, cut at a character. */
function shortened(reason: string): string {
  const target = new Uint8Array(MAX_REASON_BYTES);
  const { read } = new TextEncoder().encodeInto(reason, target);
  return reason.slice(0, read);
}
