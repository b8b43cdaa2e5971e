import {
  DECLARATION_REACH,
  findDeclaration,
} from "../../../protocol/declared_charset.ts";

/** Bytes on their way into text. */
export interface TextDecoding {
  /** The name of the encoding in use. */
  readonly charset: string;
  /** What was asked for but is not known, if anything. */
  readonly unknownCharset: string | undefined;
  /** Whether U+FFFD has come out so far. */
  readonly replaced: boolean;
  push(bytes: Uint8Array): string;
  end(): string;
}

/**
 * Begin to decode a text. The encoding is told by its byte order mark, else by
 * the media type's charset, else by the document itself (`<meta charset>` or an
 * XML declaration), else it is UTF-8. What cannot be read becomes U+FFFD. The
 * byte order mark is removed.
 *
 * @param head The first bytes, enough to see a mark or a declaration.
 * @param charset The media type's charset parameter.
 */
export function textDecoding(
  head: Uint8Array,
  charset: string | undefined,
): TextDecoding {
  const wanted = markedCharset(head) ?? charset ?? declaredCharset(head) ??
    "utf-8";
  const known = knownDecoder(wanted);
  const decoder = known ?? new TextDecoder();
  let replaced = false;
  const seen = (text: string) => {
    replaced ||= text.includes("\ufffd");
    return text;
  };
  return {
    charset: decoder.encoding,
    unknownCharset: known ? undefined : wanted,
    get replaced() {
      return replaced;
    },
    push: (bytes) => seen(decoder.decode(bytes, { stream: true })),
    end: () => seen(decoder.decode()),
  };
}

/** The encoding that a byte order mark tells. */
export function markedCharset(head: Uint8Array): string | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return undefined;
}

/** The encoding that an HTML or XML document gives itself. */
function declaredCharset(head: Uint8Array): string | undefined {
  if (!head.includes(0x3c)) return undefined;
  // windows-1252 reads every byte, and ASCII as itself.
  const start = new TextDecoder("windows-1252")
    .decode(head.subarray(0, DECLARATION_REACH));
  const name = findDeclaration(start)?.charset.toLowerCase();
  // A declaration that can be read like this is not written in UTF-16.
  return name?.startsWith("utf-16") ? "utf-8" : name;
}

function knownDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset);
  } catch {
    // The platform does not know the name; the caller warns.
    return undefined;
  }
}

/** Text in pieces on its way into others. */
export interface TextFlow<T> {
  push(text: string): T;
  end(): T;
}

/**
 * How much text may wait for a character that is its own in any case. Without a
 * limit, text that has none would be searched again with every piece.
 */
const MOST_HELD = 65_536;

/**
 * Normalise a text that comes in pieces to NFC, with the result of normalising
 * it whole: what the next piece may still combine with waits.
 */
export function nfcStream(): TextFlow<string> {
  let held = "";
  return {
    push(text): string {
      const all = held + text;
      const cut = lastBoundary(all);
      held = all.slice(cut);
      return all.slice(0, cut).normalize("NFC");
    },
    end(): string {
      const rest = held.normalize("NFC");
      held = "";
      return rest;
    },
  };
}

/** The last place with a character that never combines with one before it. */
function lastBoundary(text: string): number {
  const least = Math.max(0, text.length - MOST_HELD);
  let at = text.length - 1;
  while (at > least && text.charCodeAt(at) >= 0x300) at -= 1;
  return Math.max(at, 0);
}

/** The largest piece of text that is written at once, in bytes of UTF-8. */
export const PIECE_BYTES = 1_048_576;

/**
 * Cut a text into pieces of at most {@linkcode PIECE_BYTES}.
 *
 * Where the cuts are depends on the text alone, not on how it arrives: after
 * the last line end in the second half of what fits, else between the last two
 * characters that fit. A text that fits whole is one piece.
 */
export function pieceCutter(): TextFlow<readonly string[]> {
  const encoder = new TextEncoder();
  let scratch: Uint8Array | undefined;
  let pending = "";

  function cut(): string {
    // Each UTF-16 unit takes three bytes at most: short texts always fit.
    const fits = pending.length * 3 <= PIECE_BYTES
      ? pending.length
      : encoder.encodeInto(pending, scratch ??= new Uint8Array(PIECE_BYTES))
        .read;
    const line = pending.lastIndexOf("\n", fits - 1) + 1;
    const whole = fits === pending.length || line <= fits / 2;
    const piece = pending.slice(0, whole ? fits : line);
    pending = pending.slice(piece.length);
    return piece;
  }

  return {
    push(text): readonly string[] {
      pending += text;
      const pieces: string[] = [];
      // Only past this length does more text not change what the next piece is.
      while (pending.length > PIECE_BYTES) pieces.push(cut());
      return pieces;
    },
    end(): readonly string[] {
      const pieces: string[] = [];
      while (pending !== "") pieces.push(cut());
      return pieces;
    },
  };
}
