import { ValidationException } from "../errors.ts";
import { FrameBuffer } from "./frame.ts";
import { isUtf8, wholeCharacters } from "../bytes.ts";

const LINE_FEED = 0x0a;

/**
 * Why a frame may be due: nothing is in flight (`idle`), the producer paused
 * (`quiet`), or the stream is over (`end`).
 */
export type Occasion = "idle" | "quiet" | "end";

/**
 * Gathers chunks of any size into frames of the right size.
 *
 * Chunks go into `buffer`; `due` says how many of the gathered bytes the next
 * frame takes on an occasion, 0 for none.
 */
export interface Rechunker {
  /** What was gathered and not yet sent. */
  readonly buffer: FrameBuffer;
  /**
   * How much to send now.
   *
   * @throws {ValidationException} What was gathered may not be sent at all.
   */
  due(occasion: Occasion): number;
}

/**
 * Rechunk bytes: whatever was gathered goes as soon as the line is free, cut
 * anywhere.
 *
 * @param frameBytes The largest payload of a frame.
 * @returns An empty rechunker.
 */
export function rechunkBytes(frameBytes: number): Rechunker {
  const buffer = new FrameBuffer(frameBytes);
  return { buffer, due: () => buffer.length };
}

/**
 * Rechunk UTF-8 text: a frame is full before it goes, ends with a line where
 * it can, and never cuts a character. The engine decodes every write by itself
 * and puts a blank line after each.
 *
 * @param frameBytes The largest payload of a frame, at least 4.
 * @returns An empty rechunker.
 */
export function rechunkText(frameBytes: number): Rechunker {
  const buffer = new FrameBuffer(frameBytes);
  function due(occasion: Occasion): number {
    const full = buffer.room === 0;
    if (occasion === "idle" && !full) return 0;
    const bytes = buffer.gathered;
    const whole = wholeCharacters(bytes);
    if (occasion === "end" && !full) {
      if (whole < bytes.length) throw brokenText("ends inside a character");
      return checked(bytes, whole);
    }
    const line = full ? bytes.lastIndexOf(LINE_FEED) + 1 : 0;
    return checked(bytes, line || whole);
  }
  return { buffer, due };
}

function checked(bytes: Uint8Array, count: number): number {
  if (!isUtf8(bytes.subarray(0, count))) throw brokenText("is not UTF-8");
  return count;
}

function brokenText(fault: string): ValidationException {
  return new ValidationException(`Cannot send text that ${fault}`, {
    code: "invalid-chunk",
    hint:
      "Give the charset in the media type, or send bytes as application/octet-stream",
  });
}
