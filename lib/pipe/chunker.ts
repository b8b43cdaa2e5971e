import {
  concat,
  isUtf8,
  PiecewiseEncoder,
  viewOf,
  wholeCharacters,
} from "../bytes.ts";
import { ValidationException } from "../errors.ts";
import type { PipeChunk } from "./options.ts";
import { DeclaredAsUtf8, isMarkup } from "../protocol/declared_charset.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import {
  framingOf,
  isJsonRecord,
  parseMediaType,
} from "../protocol/media_type.ts";
import type { Payload } from "../transport/transport.ts";

/** The largest payload that is sent in one piece when it may not be cut. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;
/** The largest payload that writes grow to. */
const MAX_GROWN_BYTES = 4 * 1024 * 1024;
/** What the pipes of a session share; with more of them, writes grow less. */
const MAX_SHARED_BYTES = 32 * 1024 * 1024;
/** An answer that takes this long is worth a larger write. */
const LONG_MS = 5;
/** Up to how many times as long is as long. */
const SAME_TIME = 1.5;
const EMPTY = new Uint8Array(0);
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
   * more takes no longer, as over a long way.
   */
  readonly grows?: boolean | undefined;
  /** Whether an object without any data gets one empty write; never text. */
  readonly emptyWrite?: boolean | undefined;
  /** The size, if the source has it: what fits one write is one. */
  readonly size?: number | undefined;
}

/**
 * Takes the producer's chunks and gives the payloads of writes.
 *
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
  readonly #text: boolean;
  readonly #json: boolean;
  readonly #reader: ChunkReader;
  readonly #buffer: FrameBuffer;
  readonly #grows: boolean;
  /** How long the answer took that made writes grow. */
  #took = Infinity;
  /** The payload of the latest write. */
  #sentBytes = 0;
  /** So many bytes are gathered before they go without an occasion. */
  readonly #least: number;
  /** A payload that leaves as it came. */
  #whole: Uint8Array | undefined;
  /** What waits for more: a piece of a character, or the end of the stream. */
  #held: Uint8Array = EMPTY;
  #owesEmptyWrite: boolean;
  /** Bytes of payload that were made and have not left. */
  #made = 0;
  /** Bytes of the source behind those. */
  #read = 0;

  constructor(options: ChunkerOptions) {
    const { mimeType, frameBytes, size = 0 } = options;
    const kind = framingOf(mimeType);
    this.#text = kind === "text";
    this.#json = isJsonRecord(mimeType);
    this.single = kind === "record" || options.framing === "chunk";
    this.#reader = new ChunkReader(
      foreignCharset(mimeType),
      isMarkup(parseMediaType(mimeType).essence),
    );
    this.#buffer = new FrameBuffer(frameBytes);
    this.#grows = !!options.grows && !this.#text && !this.single;
    this.#least = size <= frameBytes ? size : 0;
    this.#owesEmptyWrite = !!options.emptyWrite && !this.#text && !this.single;
  }

  /** Bytes of the source that have made no payload, once all has left. */
  get unsent(): number {
    return this.#read;
  }

  /**
   * Take a chunk; returns what does not fit yet.
   *
   * @param now Whether `next("idle")` follows in this turn: then what can leave
   * at once is not copied.
   */
  take(chunk: PipeChunk, now = false): Uint8Array | undefined {
    const bytes = this.#reader.read(chunk);
    const isText = typeof chunk === "string";
    if (this.single) this.#takeWhole(bytes);
    this.#made += bytes.length;
    this.#read += isText ? bytes.length : viewOf(chunk).length;
    if (this.single) return undefined;
    const direct = now && !this.#text && this.#buffer.length === 0 &&
      bytes.length > 0 && bytes.length >= this.#least;
    if (!direct) return this.takeMore(bytes);
    const { limit } = this.#buffer;
    this.#whole = bytes.subarray(0, limit);
    return bytes.length > limit ? bytes.subarray(limit) : undefined;
  }

  /** Take more of what did not fit. */
  takeMore(rest: Uint8Array): Uint8Array | undefined {
    const taken = this.#buffer.append(rest);
    return taken === rest.length ? undefined : rest.subarray(taken);
  }

  /** No chunk comes any more. */
  end(): void {
    const tail = this.#reader.end();
    this.#made += tail.length;
    if (!this.#reader.transcodes) this.#read += tail.length;
    if (!this.single) {
      this.#held = tail;
      return;
    }
    const left = concat([this.#held, tail]);
    if (this.#text) checkUtf8(left);
    if (left.length > 0) this.#whole = left;
  }

  /**
   * The payload of the next write, if one is due; valid until the next call.
   *
   * @throws {ValidationException} What was gathered may not be sent at all.
   */
  next(occasion: Occasion): Payload | undefined {
    if (this.#whole || this.single) return this.#whole;
    if (this.#held.length > 0) this.#held = this.takeMore(this.#held) ?? EMPTY;
    const count = this.#text ? this.#dueText(occasion) : this.#due(occasion);
    if (count === 0 && !(occasion === "end" && this.#owesEmptyWrite)) return;
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
    // Text that was transcoded has changed its length.
    const share = length < this.#made
      ? Math.floor(this.#read * length / this.#made)
      : this.#read;
    this.#made -= length;
    this.#read -= share;
    return share;
  }

  /**
   * The latest write was answered after so many milliseconds. Twice as much
   * takes as long over a long way, and twice as long over a slow one.
   *
   * @param pipes How many pipes the session has. Many fill a long way without
   * larger writes, and each would keep the memory of its largest.
   */
  answered(ms: number, pipes: number): void {
    const grown = this.#buffer.limit * 2;
    const most = Math.min(MAX_GROWN_BYTES, MAX_SHARED_BYTES / pipes);
    const grows = this.#grows && this.#sentBytes === this.#buffer.limit &&
      grown <= most;
    if (!grows || ms < LONG_MS || ms > this.#took * SAME_TIME) return;
    this.#took = ms;
    this.#buffer.limit = grown;
  }

  #takeWhole(chunk: Uint8Array): void {
    const bytes = this.#text ? concat([this.#held, chunk]) : chunk;
    if (bytes.length > MAX_WHOLE_BYTES) throw tooLarge(bytes.length);
    if (this.#json) checkJson(bytes);
    const count = this.#text ? wholeCharacters(bytes) : bytes.length;
    const whole = bytes.subarray(0, count);
    if (this.#text) checkUtf8(whole);
    this.#held = count < bytes.length ? bytes.slice(count) : EMPTY;
    // A piece of a character is no write; an empty chunk is one.
    this.#whole = count === 0 && bytes.length > 0 ? undefined : whole;
  }

  #due(occasion: Occasion): number {
    const { length } = this.#buffer;
    return occasion === "idle" && length < this.#least ? 0 : length;
  }

  #dueText(occasion: Occasion): number {
    const full = this.#buffer.room === 0;
    if (occasion === "idle" && !full) return 0;
    const bytes = this.#buffer.gathered;
    const whole = wholeCharacters(bytes);
    if (occasion === "end" && !full && whole < bytes.length) {
      throw brokenText("ends inside a character");
    }
    const line = full ? bytes.lastIndexOf(LINE_FEED) + 1 : 0;
    const count = line || whole;
    checkUtf8(bytes.subarray(0, count));
    return count;
  }
}

function tooLarge(bytes: number): RangeError {
  return new RangeError(
    `Cannot send ${bytes} bytes in one write: at most ${MAX_WHOLE_BYTES}`,
  );
}

/** The engine would fail the object, and 1.1 engines would hide it. */
export function checkJson(bytes: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // No cause: the parser's words quote the input, and payload is not shown.
    throw new ValidationException(
      "Cannot write a chunk to a record lane: it is not one JSON document",
      {
        code: "invalid-chunk",
        hint: "Each chunk of a pipe is one whole document; send() gathers it",
      },
    );
  }
}

function checkUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw brokenText("is not UTF-8");
}

function brokenText(fault: string): ValidationException {
  return new ValidationException(`Cannot send text that ${fault}`, {
    code: "invalid-chunk",
    hint:
      "Give the charset in the media type, or send bytes as application/octet-stream",
  });
}

/** Charsets whose bytes are UTF-8 already. */
const UTF8_LABELS: ReadonlySet<string> = new Set([
  "utf-8",
  "utf8",
  "us-ascii",
  "ascii",
]);

/**
 * Turns chunks of a stream into bytes as the engine expects them: text as
 * UTF-8, also text that comes as bytes in another charset.
 */
export class ChunkReader {
  readonly #pieces: PiecewiseEncoder = new PiecewiseEncoder();
  readonly #decoder: TextDecoder | undefined;
  readonly #declared: DeclaredAsUtf8 | undefined;
  /** Whether text came last; it may have ended inside a surrogate pair. */
  #afterText = false;

  /**
   * Read chunks of a stream whose text, if it is text, has this charset.
   *
   * @param markup Whether the text is a document that may declare its charset.
   */
  constructor(charset?: string, markup: boolean = false) {
    if (charset === undefined) return;
    this.#decoder = decoderOf(charset);
    if (markup) this.#declared = new DeclaredAsUtf8();
  }

  /** The bytes of a chunk; a view of it where it is bytes already. */
  read(chunk: PipeChunk): Uint8Array {
    if (typeof chunk === "string") {
      this.#afterText = true;
      return this.#encode(this.#flush() + chunk);
    }
    const bytes = viewOf(chunk);
    if (this.#decoder) {
      return this.#encode(decode(this.#decoder, bytes, true));
    }
    if (!this.#afterText) return bytes;
    this.#afterText = false;
    return concat([this.#pieces.end(), bytes]);
  }

  /** Whether bytes are text of another charset. */
  get transcodes(): boolean {
    return this.#decoder !== undefined;
  }

  /** The bytes of what only the end of the stream makes complete. */
  end(): Uint8Array {
    if (!this.#decoder && !this.#afterText) return EMPTY;
    const text = this.#encode(this.#flush());
    const held = this.#pieces.encode(this.#declared?.end() ?? "");
    return concat([text, held, this.#pieces.end()]);
  }

  #encode(text: string): Uint8Array {
    return this.#pieces.encode(this.#declared?.push(text) ?? text);
  }

  /** No more bytes of the charset follow here: refuse half a character. */
  #flush(): string {
    return this.#decoder ? decode(this.#decoder, EMPTY, false) : "";
  }
}

/** The charset that text must be decoded from; `undefined` if it is UTF-8. */
export function foreignCharset(mimeType: string): string | undefined {
  if (framingOf(mimeType) !== "text") return undefined;
  const { charset } = parseMediaType(mimeType);
  return charset === undefined || UTF8_LABELS.has(charset)
    ? undefined
    : charset;
}

function decode(
  decoder: TextDecoder,
  bytes: Uint8Array,
  stream: boolean,
): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (cause) {
    throw new ValidationException(
      `Cannot send text that is not in its charset "${decoder.encoding}"`,
      { code: "invalid-chunk", cause },
    );
  }
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (cause) {
    throw new ValidationException(`Cannot read charset "${charset}"`, {
      code: "invalid-chunk",
      cause,
      hint: "Decode the text yourself and write strings",
    });
  }
}
