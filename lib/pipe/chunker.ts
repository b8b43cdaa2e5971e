import { decodeUtf8, encodeUtf8, viewOf, wholeCharacters } from "../bytes.ts";
import { ValidationException } from "../errors.ts";
import type { PipeChunk } from "./options.ts";
import {
  DECLARATION_REACH,
  declaredAsUtf8,
  isMarkup,
} from "../protocol/declared_charset.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import {
  framingOf,
  isJsonRecord,
  parseMediaType,
} from "../protocol/media_type.ts";
import type { Payload } from "../transport/transport.ts";

/** The largest payload that is sent in one piece when it may not be cut. */
export const MAX_WHOLE_BYTES: number = 16 * 1024 * 1024;
/** The largest payload that writes grow to. */
const MAX_GROWN_BYTES = 4 * 1024 * 1024;
/** What the pipes of a session share; with more of them, writes grow less. */
const MAX_SHARED_BYTES = 32 * 1024 * 1024;
/** An answer that takes this long is worth a larger write. */
const LONG_MS = 5;
/** Answers whose times differ by no more than this factor take equally long. */
const SAME_TIME = 1.5;
const LINE_FEED = 0x0a;

/**
 * Why a write may be due: nothing is in flight (`idle`), the producer paused
 * (`quiet`), or the stream is over (`end`).
 */
export type Occasion = "idle" | "quiet" | "end";

/** How chunks become writes. */
export interface ChunkerOptions {
  readonly mimeType: string;
  readonly framing?: "auto" | "chunk" | undefined;
  /** The largest payload of a write that may be cut. */
  readonly frameBytes: number;
  /**
   * Whether writes of bytes grow beyond that while their answers take long and
   * larger writes take no longer, as over a long distance.
   */
  readonly grows?: boolean | undefined;
  /** Whether an object without any data gets one empty write; never text. */
  readonly emptyWrite?: boolean | undefined;
  /** The size, if the source has it: what fits one write is one. */
  readonly knownSize?: number | undefined;
}

/**
 * Takes the producer's chunks and gives the payloads of writes.
 *
 * - Strings, and text in another charset, become UTF-8.
 * - Bytes are gathered while a write is in flight, and cut anywhere.
 * - Text is gathered until a frame is full, ends with a line where it can, and
 *   never cuts a character: the server decodes every write by itself and puts a
 *   blank line after each.
 * - Records, and everything with `framing: "chunk"`, are one write for each
 *   chunk; a character of text that is cut moves to the next chunk.
 */
export class Chunker {
  /** Whether each chunk is a write of its own, and waits for its answer. */
  readonly single: boolean;
  /** Bytes of the source that were taken. */
  taken = 0;
  readonly #text: boolean;
  readonly #json: boolean;
  /** Reads bytes that are text of another charset. */
  readonly #decoder: TextDecoder | undefined;
  /** Text that waits for more: half a surrogate pair, or a declaration. */
  #held = "";
  /** The characters that are held to find the declaration in them. */
  #heldLimit = 0;
  readonly #buffer: FrameBuffer;
  /** The bytes that are gathered before a write is due on the occasion `idle`. */
  readonly #minBytes: number;
  /** A payload that is sent without a copy. */
  #whole: Uint8Array | undefined;
  #owesEmptyWrite: boolean;
  /** The time of the answer that made writes grow; 0 if they never grow. */
  #growthMs: number;
  /** The payload of the latest write. */
  #sentBytes = 0;
  /** Bytes of payload that were made and not sent. */
  #unsent = 0;
  /** Bytes of the source that `sent` has returned. */
  #reported = 0;

  constructor(options: ChunkerOptions) {
    const { mimeType, frameBytes, knownSize: size = 0 } = options;
    const kind = framingOf(mimeType);
    const text = this.#text = kind === "text";
    const single = this.single = kind === "record" ||
      options.framing === "chunk";
    this.#json = isJsonRecord(mimeType);
    const charset = foreignCharset(mimeType);
    if (charset) {
      this.#decoder = decoderOf(charset);
      const { essence } = parseMediaType(mimeType);
      if (isMarkup(essence)) this.#heldLimit = DECLARATION_REACH;
    }
    this.#buffer = new FrameBuffer(single ? MAX_WHOLE_BYTES : frameBytes);
    const gathers = !text && !single;
    const least = size > frameBytes ? 0 : size;
    this.#minBytes = single ? 0 : text ? Infinity : least;
    this.#growthMs = options.grows && gathers ? Infinity : 0;
    this.#owesEmptyWrite = !!options.emptyWrite && gathers;
  }

  /**
   * Take a chunk; returns what does not fit yet.
   *
   * @param now Whether `next("idle")` follows in this turn: then what can be
   * sent at once is not copied.
   */
  take(chunk: PipeChunk, now = false): Uint8Array | undefined {
    const bytes = this.#bytesOf(chunk);
    const { length } = bytes;
    const buffer = this.#buffer;
    if (this.single && length > buffer.room) throw tooLarge();
    if (this.#json) checkJson(bytes);
    this.#unsent += length;
    this.taken += typeof chunk === "string" ? length : chunk.byteLength;
    const direct = now && !this.#text && buffer.length === 0 && length > 0 &&
      length >= this.#minBytes;
    if (direct) {
      const { limit } = buffer;
      this.#whole = bytes.subarray(0, limit);
      return length > limit ? bytes.subarray(limit) : undefined;
    }
    const rest = this.takeMore(bytes);
    // An empty chunk is a write; a piece of a character is none.
    if (this.single) this.#owesEmptyWrite = buffer.length === 0;
    return rest;
  }

  /** Take more of what did not fit. */
  takeMore(rest: Uint8Array): Uint8Array | undefined {
    const taken = this.#buffer.append(rest);
    return taken === rest.length ? undefined : rest.subarray(taken);
  }

  /** No chunk comes any more; returns what does not fit yet. */
  end(): Uint8Array | undefined {
    const tail = this.#encode(this.#decode(), true);
    this.#unsent += tail.length;
    if (!this.#decoder) this.taken += tail.length;
    return this.takeMore(tail);
  }

  /**
   * The payload of the next write, if one is due; valid until the next call.
   *
   * @throws {ValidationException} What was gathered may not be sent at all.
   */
  next(occasion: Occasion): Payload | undefined {
    if (this.#whole) return this.#whole;
    const { length, room } = this.#buffer;
    const isFull = room === 0 && !this.single;
    if (occasion === "idle" && length < this.#minBytes && !isFull) return;
    const isLast = occasion === "end" && !isFull;
    const count = this.#text ? this.#wholeText(isFull, isLast) : length;
    const isEmptyDue = this.#owesEmptyWrite && (this.single || isLast);
    if (count === 0 && !isEmptyDue) return;
    this.#buffer.cut(count);
    return this.#buffer;
  }

  /** The payload has left. Returns the bytes of the source behind it. */
  sent(): number {
    const { length } = this.#whole ?? this.#buffer.payload;
    this.#sentBytes = length;
    if (this.#whole) this.#whole = undefined;
    else this.#buffer.drop();
    this.#owesEmptyWrite = false;
    let share = this.taken - this.#reported;
    // Text that was transcoded has changed its length.
    if (length < this.#unsent) {
      share = Math.floor(share * length / this.#unsent);
    }
    this.#unsent -= length;
    this.#reported += share;
    return share;
  }

  /**
   * The latest write was answered after so many milliseconds. Twice as many
   * bytes take as long over a long distance, and twice as long over a slow
   * connection.
   *
   * @param pipes How many pipes the session has. Many pipes use a connection
   * fully without larger writes, and each would keep the memory of its largest.
   */
  answered(ms: number, pipes: number): void {
    const { limit } = this.#buffer;
    const most = Math.min(MAX_GROWN_BYTES, MAX_SHARED_BYTES / pipes);
    const isLong = ms >= LONG_MS && ms <= this.#growthMs * SAME_TIME;
    if (!isLong || this.#sentBytes < limit || limit * 2 > most) return;
    this.#growthMs = ms;
    this.#buffer.limit = limit * 2;
  }

  /** The bytes of a chunk; a view of it where it is bytes already. */
  #bytesOf(chunk: PipeChunk): Uint8Array {
    // A string cannot go on with a character that bytes have begun.
    if (typeof chunk === "string") return this.#encode(this.#decode() + chunk);
    const bytes = viewOf(chunk);
    if (this.#decoder) return this.#encode(this.#decode(bytes));
    if (!this.#held) return bytes;
    const half = this.#encode("", true);
    const whole = new Uint8Array(half.length + bytes.length);
    whole.set(half);
    whole.set(bytes, half.length);
    return whole;
  }

  /** Read text of another charset; without bytes, it ends there. */
  #decode(bytes?: Uint8Array): string {
    const decoder = this.#decoder;
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? "";
    } catch (cause) {
      throw invalidChunk(
        `Cannot send text that is not in its charset "${decoder?.encoding}"`,
        { cause },
      );
    }
  }

  /** The bytes of text as UTF-8, but for what waits for more. */
  #encode(more: string, isLast = false): Uint8Array {
    let text = this.#held + more;
    let end = text.length;
    if (end < this.#heldLimit && !isLast) end = 0;
    else if (this.#heldLimit > 0) {
      // It declares the charset of the former bytes, and servers follow it.
      this.#heldLimit = 0;
      text = declaredAsUtf8(text);
      end = text.length;
    }
    // Not between the halves of a surrogate pair.
    if (!isLast && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    this.#held = text.slice(end);
    return encodeUtf8(text.slice(0, end));
  }

  /** How much of the text makes the next write: lines, else characters. */
  #wholeText(isFull: boolean, isLast: boolean): number {
    const { gathered } = this.#buffer;
    const count = isFull && gathered.lastIndexOf(LINE_FEED) + 1 ||
      (isLast ? gathered.length : wholeCharacters(gathered));
    try {
      decodeUtf8(gathered.subarray(0, count));
    } catch {
      throw invalidChunk("Cannot send text that is not UTF-8", {
        hint:
          "Give the charset in the media type, or send bytes as application/octet-stream",
      });
    }
    return count;
  }
}

/** The error for a chunk that the media type does not allow. */
export function invalidChunk(
  message: string,
  more?: { readonly hint?: string; readonly cause?: unknown },
): ValidationException {
  return new ValidationException(message, { code: "invalid-chunk", ...more });
}

/** The error for a payload that may not be cut and does not fit one write. */
export function tooLarge(): RangeError {
  return new RangeError(
    `Cannot send more than ${MAX_WHOLE_BYTES} bytes in one write`,
  );
}

/** Throws unless the bytes are JSON: 1.1 engines would hide their failure. */
export function checkJson(bytes: Uint8Array): void {
  try {
    JSON.parse(decodeUtf8(bytes));
  } catch {
    // No cause: the parser's words quote the input, and payload is not shown.
    throw invalidChunk(
      "Cannot write a chunk to a record lane: it is not one JSON document",
      { hint: "Each chunk of a pipe is one whole document; send() gathers it" },
    );
  }
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (cause) {
    throw invalidChunk(`Cannot read charset "${charset}"`, {
      cause,
      hint: "Decode the text yourself and write strings",
    });
  }
}

/** The charset that text must be decoded from; `undefined` if it is UTF-8. */
export function foreignCharset(mimeType: string): string | undefined {
  const { charset } = parseMediaType(mimeType);
  const isForeign = charset !== undefined && framingOf(mimeType) === "text" &&
    !/^(utf-?8|(us-)?ascii)$/.test(charset);
  return isForeign ? charset : undefined;
}

/** The media type of text as UTF-8: documents may declare another charset. */
export function typeAsUtf8(mimeType: string): string {
  const { essence } = parseMediaType(mimeType);
  return isMarkup(essence) ? `${essence}; charset=utf-8` : essence;
}
