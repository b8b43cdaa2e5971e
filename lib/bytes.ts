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
  const type = typeName(chunk);
  // Also buffers of other realms, and shared ones.
  if (/^(Shared)?ArrayBuffer$/.test(type)) {
    return new Uint8Array(chunk as ArrayBufferLike);
  }
  throw new TypeError(
    `Cannot write a chunk of type ${type}: expected bytes or a string`,
  );
}

/** The type of a value, for messages; of an object, the platform's class. */
export function typeName(value: unknown): string {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return Object(value) === value ? name : name.toLowerCase();
}

/** The text of UTF-8; throws where bytes are broken or incomplete. */
export function decodeUtf8(bytes: Uint8Array): string {
  // One per call: a failure leaves a fatal decoder in an undefined state.
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** The bytes of text as UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Count the bytes from the start that make up whole characters: the length,
 * without a character that the end cuts in two.
 *
 * @param bytes UTF-8, possibly cut inside its last character.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  let start = length - 1;
  // Back to the first byte of the last character; the others are 0b10xxxxxx.
  while (start > length - 4 && (bytes[start]! & 0xc0) === 0x80) start--;
  const lead = bytes[start]!;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + size > length ? start : length;
}

/**
 * Make a random UUID. Pages that came without encryption have no
 * `crypto.randomUUID`.
 */
export function randomUUID(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  const bytes = crypto.getRandomValues(new Uint8Array(form.length));
  return form.replace(/[xy]/g, (place, at: number) => {
    const byte = bytes[at]!;
    // At the `y`, two bits tell the variant.
    return (place === "x" ? byte & 15 : byte & 3 | 8).toString(16);
  });
}
