/**
 * Bytes in any form, and text as UTF-8.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Join pieces of bytes; a single piece is returned without a copy. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * View a chunk of any binary form as bytes, without a copy.
 *
 * @throws {TypeError} The chunk is not binary.
 */
export function viewOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (isBuffer(chunk)) return new Uint8Array(chunk);
  throw new TypeError(
    `Cannot write a chunk of type ${
      typeName(chunk)
    }: expected bytes or a string`,
  );
}

/** Also buffers of other realms, and shared ones. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}

function typeName(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  return value.constructor?.name ?? "object";
}

/**
 * Count the bytes from the start that make up whole characters: the length,
 * without a character that the end cuts in two.
 *
 * @param bytes UTF-8, possibly cut inside its last character.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte < 0xc0) continue;
    // A leading byte has the length of its character.
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < size ? length - back : length;
  }
  return length;
}

/** Whether bytes are UTF-8 without a broken or incomplete character. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Encodes text that arrives in pieces as UTF-8. A surrogate pair that two
 * pieces share is joined; a lone surrogate becomes U+FFFD.
 */
export class PiecewiseEncoder {
  #half = "";

  /** The bytes of one more piece. */
  encode(piece: string): Uint8Array {
    const text = this.#half + piece;
    const last = text.charCodeAt(text.length - 1);
    const isHalf = last >= 0xd800 && last <= 0xdbff;
    const end = isHalf ? text.length - 1 : text.length;
    this.#half = text.slice(end);
    return encoder.encode(text.slice(0, end));
  }

  /** The bytes of what is left at the end. */
  end(): Uint8Array {
    const rest = this.#half;
    this.#half = "";
    return encoder.encode(rest);
  }
}

/**
 * Make a random UUID. Pages that came without encryption have no
 * `crypto.randomUUID`.
 */
export function randomUUID(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6]! & 0x0f | 0x40;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = Array.from(bytes, (it) => it.toString(16).padStart(2, "0"));
  return [[0, 4], [4, 6], [6, 8], [8, 10], [10, 16]]
    .map(([start, end]) => hex.slice(start, end).join("")).join("-");
}
