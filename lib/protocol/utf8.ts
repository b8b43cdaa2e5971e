/**
 * How many bytes from the start make up whole characters: the length, less a
 * character that the end cuts in two.
 *
 * @param bytes UTF-8, possibly ending in the middle of a character.
 * @returns At most 3 less than the length.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    // A leading byte says how long its character is.
    if (byte >= 0xc0) {
      return back < sequenceLength(byte) ? length - back : length;
    }
  }
  return length;
}

function sequenceLength(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/**
 * Tell whether bytes are valid UTF-8.
 *
 * @param bytes Anything.
 * @returns `false` for a broken or incomplete character.
 */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Turns text that arrives in pieces into UTF-8.
 *
 * A surrogate pair that two pieces share is put together again; a lone
 * surrogate becomes the replacement character, as everywhere on the web.
 */
export class TextPieces {
  readonly #encoder: TextEncoder = new TextEncoder();
  #half = "";

  /** The bytes of one more piece. */
  encode(piece: string): Uint8Array {
    const text = this.#half + piece;
    const last = text.charCodeAt(text.length - 1);
    const cut = last >= 0xd800 && last <= 0xdbff
      ? text.length - 1
      : text.length;
    this.#half = text.slice(cut);
    return this.#encoder.encode(text.slice(0, cut));
  }

  /** The bytes of what is left at the end. */
  end(): Uint8Array {
    const left = this.#half;
    this.#half = "";
    return this.#encoder.encode(left);
  }
}
