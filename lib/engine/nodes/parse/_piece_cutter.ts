/** The largest piece of text that is written at once. */
export const PIECE_BYTES = 1_048_576;

/** A long text on its way into pieces. */
export interface PieceCutter {
  /** Take more of the text; returns the pieces that are complete. */
  push(text: string): readonly string[];
  /** The pieces of what is left; none when nothing is. */
  end(): readonly string[];
}

/**
 * Cut a text into pieces of at most {@linkcode PIECE_BYTES} of UTF-8.
 *
 * Where the cuts are depends on the text alone, not on how it arrives: after
 * the last line end in the second half of what fits, else between the last
 * two characters that fit. A text that fits whole is one piece.
 */
export function pieceCutter(): PieceCutter {
  const encoder = new TextEncoder();
  let scratch: Uint8Array | undefined;
  let pending = "";

  /** Cut one piece off the front. */
  function cut(): string {
    // Each UTF-16 unit takes three bytes at most: short texts always fit.
    const fits = pending.length * 3 <= PIECE_BYTES
      ? pending.length
      : encoder.encodeInto(pending, scratch ??= new Uint8Array(PIECE_BYTES))
        .read;
    const piece = pending.slice(0, cutAt(pending, fits));
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

function cutAt(text: string, fits: number): number {
  if (fits === text.length) return fits;
  const line = text.lastIndexOf("\n", fits - 1) + 1;
  return line > fits / 2 ? line : fits;
}
