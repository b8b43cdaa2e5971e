/** A text in pieces, on its way into NFC. */
export interface NfcStream {
  /** Take a piece; returns what can be normalised for good by now. */
  push(text: string): string;
  /** The rest. */
  end(): string;
}

/**
 * Normalise a text that comes in pieces, with the result of normalising it
 * whole: a character that the next piece may still combine with waits.
 */
export function nfcStream(): NfcStream {
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

/**
 * Characters that can combine with the one before: marks, the medial and
 * final jamo of Hangul, and the vowels of Kirat Rai, which are letters.
 */
const JOINS = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]$/u;

/**
 * How far a boundary is looked for. Real text has one every few characters;
 * without an end, a flood of combining marks would be searched again with
 * every piece.
 */
const REACH = 65_536;

/** The last position where a character starts that joins with none before. */
function lastBoundary(text: string): number {
  const least = Math.max(0, text.length - REACH);
  let at = text.length;
  while (at > least) {
    at -= 1;
    if (text.charCodeAt(at) < 0x300) return at;
    if (at > 0 && text.codePointAt(at - 1)! >= 0x10000) at -= 1;
    if (!JOINS.test(String.fromCodePoint(text.codePointAt(at)!))) return at;
  }
  return at;
}
