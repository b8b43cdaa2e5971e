const HEADROOM_BYTES = 1024;
const FIRST_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

/**
 * Gathers payload behind room for a header, so that a frame is sent without
 * copying the payload a second time.
 *
 * Sending copies on every runtime, so the buffer may be refilled as soon as
 * the frame was handed to the socket (runtimes §2). It starts small and grows
 * to its limit.
 */
export class FrameBuffer {
  readonly #limit: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #headroom: number = HEADROOM_BYTES;
  #length = 0;
  #cut = 0;

  /** Make a buffer for payloads of up to `limitBytes`. */
  constructor(limitBytes: number) {
    this.#limit = limitBytes;
    this.#bytes = new Uint8Array(0);
  }

  /** Bytes gathered so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.#limit - this.#length;
  }

  /** Everything gathered; valid until the buffer is changed. */
  get gathered(): Uint8Array {
    return this.#view(this.#length);
  }

  /** What the next frame carries; valid until the buffer is changed. */
  get payload(): Uint8Array {
    return this.#view(this.#cut);
  }

  /** Copy as much as fits from `bytes`; returns how much that was. */
  append(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    this.#reserve(count);
    const part = count === bytes.length ? bytes : bytes.subarray(0, count);
    this.#bytes.set(part, this.#headroom + this.#length);
    this.#length += count;
    return count;
  }

  /** Choose how many of the gathered bytes the next frame carries. */
  cut(count: number): void {
    this.#cut = count;
  }

  /** Forget what the frame carried; the rest moves to the front. */
  drop(): void {
    const from = this.#headroom + this.#cut;
    this.#bytes.copyWithin(this.#headroom, from, this.#headroom + this.#length);
    this.#length -= this.#cut;
    this.#cut = 0;
  }

  /** The whole frame: header, line feed, payload, in one piece. */
  frame(header: Uint8Array): Uint8Array<ArrayBuffer> {
    this.#reserve(0);
    if (header.length + 1 > this.#headroom) this.#widen(header.length + 1);
    const start = this.#headroom - header.length - 1;
    this.#bytes.set(header, start);
    this.#bytes[this.#headroom - 1] = LINE_FEED;
    return this.#bytes.subarray(start, this.#headroom + this.#cut);
  }

  #view(count: number): Uint8Array {
    return this.#bytes.subarray(this.#headroom, this.#headroom + count);
  }

  /** Make room for so many bytes more; for the header in any case. */
  #reserve(more: number): void {
    const needed = this.#headroom + this.#length + more;
    if (needed <= this.#bytes.length) return;
    const doubled = Math.max(FIRST_BYTES, needed, this.#bytes.length * 2);
    this.#reallocate(Math.min(doubled, this.#headroom + this.#limit), 0);
  }

  /** Make room for an unusually long header. */
  #widen(headroom: number): void {
    const shift = headroom - this.#headroom;
    this.#headroom = headroom;
    this.#reallocate(this.#bytes.length + shift, shift);
  }

  #reallocate(size: number, shift: number): void {
    const grown = new Uint8Array(size);
    grown.set(this.#bytes, shift);
    this.#bytes = grown;
  }
}

/**
 * Write a whole binary frame into a scratch buffer: header, blanks up to
 * `padTo`, line feed, payload. JSON allows white space after the header.
 */
export function writeFrame(
  scratch: Uint8Array<ArrayBuffer>,
  header: Uint8Array,
  payload: Uint8Array,
  padTo = 0,
): Uint8Array<ArrayBuffer> {
  const plain = header.length + 1 + payload.length;
  const total = Math.max(plain, padTo);
  const target = scratch.length < total ? new Uint8Array(total) : scratch;
  target.set(header, 0);
  target.fill(SPACE, header.length, header.length + total - plain);
  target[total - payload.length - 1] = LINE_FEED;
  target.set(payload, total - payload.length);
  return target.subarray(0, total);
}
