import type { Message } from "../../schema/envelope.ts";
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { ProtocolException } from "../errors.ts";

const LINE_FEED = 0x0a;
const SPACE = 0x20;
/** Room for a header in front of the payload. */
const HEADROOM_BYTES = 1024;
const FIRST_BYTES = 16 * 1024;
/** No memory. */
const NONE = new Uint8Array(0);
/** The memory of drained buffers, for others: at most 4 MiB. */
const spares: Uint8Array<ArrayBuffer>[] = [];
const MAX_SPARES = 16;
const MAX_SPARE_BYTES = 256 * 1024;

/**
 * Encode a message without payload as a text frame: one JSON object on one
 * line.
 */
export function encodeText(message: Message): string {
  return JSON.stringify(message);
}

/** Encode the header of a binary frame, without the line feed that ends it. */
export function encodeHeader(message: Message): Uint8Array<ArrayBuffer> {
  return encodeUtf8(JSON.stringify(message));
}

/**
 * Decode a text or binary frame.
 *
 * In a binary frame everything after the first line feed is payload and
 * becomes `arguments.data`, a view of `frame`; without a line feed the whole
 * frame is JSON. In a text frame line feeds are white space.
 *
 * @returns The message; only `type` is checked.
 * @throws {ProtocolException} The frame is not a JSON object with a `type`.
 * The message does not quote it, since it may hold a credential.
 */
export function decodeFrame(frame: string | Uint8Array): Message {
  if (typeof frame === "string") return parseMessage(frame);
  const end = frame.indexOf(LINE_FEED);
  const header = parseMessage(end < 0 ? frame : frame.subarray(0, end));
  if (end < 0) return header;
  const { arguments: args } = header as { readonly arguments?: object };
  const data = frame.subarray(end + 1);
  return { ...header, arguments: { ...args, data } } as Message;
}

function parseMessage(json: string | Uint8Array): Message {
  try {
    const value = JSON.parse(
      typeof json === "string" ? json : decodeUtf8(json),
    );
    if (typeof value.type === "string") return value;
  } catch {
    // No cause: parsers quote their input.
  }
  throw new ProtocolException(
    "Cannot read frame: expected one JSON object in UTF-8 with a type",
  );
}

/**
 * Write a whole binary frame into a scratch buffer: header, blanks up to
 * `padTo` bytes in all, line feed, payload. JSON allows white space after the
 * header.
 *
 * @returns A view of `scratch`, or of a new buffer if it was too small.
 */
export function writeFrame(
  scratch: Uint8Array<ArrayBuffer>,
  header: Uint8Array,
  payload: Uint8Array,
  padTo = 0,
): Uint8Array<ArrayBuffer> {
  const total = Math.max(header.length + 1 + payload.length, padTo);
  const start = total - payload.length;
  const target = scratch.length < total ? new Uint8Array(total) : scratch;
  target.set(header);
  target.fill(SPACE, header.length, start - 1);
  target[start - 1] = LINE_FEED;
  target.set(payload, start);
  return target.subarray(0, total);
}

/**
 * Gathers payload behind room for a header, so that it is sent without being
 * copied a second time. Every runtime's `send()` copies synchronously, so the
 * buffer is refilled as soon as a frame was sent. It grows up to its limit. A
 * small buffer that is empty holds no memory: the next one reuses it, since an
 * allocation costs more than the copy.
 */
export class FrameBuffer {
  /** The largest payload. */
  limit: number;
  #bytes: Uint8Array<ArrayBuffer> = NONE;
  #length = 0;
  #cut = 0;

  /** Create a buffer for payloads of up to `limitBytes`. */
  constructor(limitBytes: number) {
    this.limit = limitBytes;
  }

  /** Bytes gathered so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.limit - this.#length;
  }

  /** Everything gathered; valid until the buffer changes. */
  get gathered(): Uint8Array {
    return this.#view(this.#length);
  }

  /** The payload of the next frame; valid until the buffer changes. */
  get payload(): Uint8Array {
    return this.#view(this.#cut);
  }

  /** Copy as much of `bytes` as fits; returns how much that was. */
  append(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    this.#reserve(count);
    const part = count === bytes.length ? bytes : bytes.subarray(0, count);
    this.#bytes.set(part, HEADROOM_BYTES + this.#length);
    this.#length += count;
    return count;
  }

  /** Choose how many of the gathered bytes the next frame carries. */
  cut(count: number): void {
    this.#cut = count;
  }

  /** Drop what the frame carried; the rest moves to the front. */
  drop(): void {
    const from = HEADROOM_BYTES + this.#cut;
    this.#bytes.copyWithin(HEADROOM_BYTES, from, HEADROOM_BYTES + this.#length);
    this.#length -= this.#cut;
    this.#cut = 0;
    const isSpare = this.#length === 0 && spares.length < MAX_SPARES &&
      this.#bytes.length <= MAX_SPARE_BYTES;
    if (!isSpare || this.#bytes === NONE) return;
    spares.push(this.#bytes);
    this.#bytes = NONE;
  }

  /** The whole frame in one piece: header, line feed, payload. */
  frame(header: Uint8Array): Uint8Array<ArrayBuffer> {
    const start = HEADROOM_BYTES - header.length - 1;
    // No room for an unusually long header.
    if (start < 0) return writeFrame(NONE, header, this.payload);
    this.#reserve(0);
    this.#bytes.set(header, start);
    this.#bytes[HEADROOM_BYTES - 1] = LINE_FEED;
    return this.#bytes.subarray(start, HEADROOM_BYTES + this.#cut);
  }

  #view(count: number): Uint8Array {
    return this.#bytes.subarray(HEADROOM_BYTES, HEADROOM_BYTES + count);
  }

  /** Make room for `more` bytes, and for the header in any case. */
  #reserve(more: number): void {
    const needed = HEADROOM_BYTES + this.#length + more;
    if (this.#bytes === NONE) this.#bytes = spares.pop() ?? NONE;
    if (needed <= this.#bytes.length) return;
    const doubled = Math.max(FIRST_BYTES, needed, this.#bytes.length * 2);
    const grown = new Uint8Array(
      Math.min(doubled, HEADROOM_BYTES + this.limit),
    );
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
