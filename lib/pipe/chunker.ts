import { concat, isUtf8, wholeCharacters } from "../bytes.ts";
import { ValidationException } from "../errors.ts";
import type { PipeChunk } from "./options.ts";
import { ChunkReader, foreignCharset } from "./chunk_reader.ts";
import { isMarkup } from "../protocol/declared_charset.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import {
  framingOf,
  isJsonRecord,
  parseMediaType,
} from "../protocol/media_type.ts";
import type { Payload } from "../transport/transport.ts";

/** The largest payload that is sent in one piece when it may not be cut. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** Takes the producer's chunks and gives the payloads of writes. */
export interface Intake {
  /** Whether each chunk waits for the engine's answer to it. */
  readonly acknowledges: boolean;
  /** Take a chunk; returns what does not fit yet. */
  take(chunk: PipeChunk): Uint8Array | undefined;
  /** Take more of what did not fit. */
  takeMore(rest: Uint8Array): Uint8Array | undefined;
  /** No chunk comes any more. */
  end(): void;
  /** The payload of the next write, if one is due. */
  next(occasion: Occasion): Payload | undefined;
  /** The payload that `next` gave has left. */
  sent(): void;
  /** The bytes of the source behind the first `made` bytes of all payloads. */
  behind(made: number): number;
}

/** How an intake is to behave. */
export interface IntakeOptions {
  readonly mimeType: string;
  readonly framing: "auto" | "chunk" | undefined;
  readonly frameBytes: number;
  /** Whether an object without any data gets one empty write; never text. */
  readonly emptyWrite: boolean;
}

/** The intake for a media type and framing. */
export function createIntake(options: IntakeOptions): Intake {
  const { mimeType, framing, frameBytes, emptyWrite } = options;
  const kind = framingOf(mimeType);
  const text = kind === "text";
  const reader = new ChunkReader(
    foreignCharset(mimeType),
    isMarkup(parseMediaType(mimeType).essence),
  );
  if (kind === "record") return new WholeIntake(reader, isJsonRecord(mimeType));
  if (framing === "chunk") {
    return text ? new TextChunkIntake(reader) : new WholeIntake(reader, false);
  }
  const rechunker = text ? rechunkText(frameBytes) : rechunkBytes(frameBytes);
  // Every write to the text lane is a text, also an empty one.
  return new GatheringIntake(reader, rechunker, emptyWrite && !text);
}

/** Gathers chunks into frames: bytes and text. */
class GatheringIntake implements Intake {
  readonly acknowledges: boolean = false;
  readonly #reader: ChunkReader;
  readonly #rechunker: Rechunker;
  #owesEmptyWrite: boolean;
  #tail: Uint8Array = EMPTY;

  constructor(reader: ChunkReader, rechunker: Rechunker, emptyWrite: boolean) {
    this.#reader = reader;
    this.#rechunker = rechunker;
    this.#owesEmptyWrite = emptyWrite;
  }

  take(chunk: PipeChunk): Uint8Array | undefined {
    return this.takeMore(this.#reader.read(chunk));
  }

  takeMore(bytes: Uint8Array): Uint8Array | undefined {
    const taken = this.#rechunker.buffer.append(bytes);
    return taken === bytes.length ? undefined : bytes.subarray(taken);
  }

  end(): void {
    this.#tail = this.#reader.end();
  }

  next(occasion: Occasion): Payload | undefined {
    const { buffer } = this.#rechunker;
    if (this.#tail.length > 0) this.#tail = this.takeMore(this.#tail) ?? EMPTY;
    const count = this.#rechunker.due(occasion);
    if (count === 0 && !(occasion === "end" && this.#owesEmptyWrite)) return;
    this.#owesEmptyWrite = false;
    buffer.cut(count);
    return buffer;
  }

  sent(): void {
    this.#rechunker.buffer.drop();
  }

  behind(made: number): number {
    return this.#reader.behind(made);
  }
}

/** One write per chunk, whole: records, and bytes with `framing: "chunk"`. */
class WholeIntake implements Intake {
  readonly acknowledges: boolean = true;
  readonly #reader: ChunkReader;
  readonly #json: boolean;
  #waiting: Uint8Array | undefined;

  constructor(reader: ChunkReader, json: boolean) {
    this.#reader = reader;
    this.#json = json;
  }

  take(chunk: PipeChunk): undefined {
    const bytes = checkedSize(this.#reader.read(chunk));
    if (this.#json) checkJson(bytes);
    this.#waiting = bytes;
  }

  takeMore(): undefined {}

  end(): void {
    const tail = this.#reader.end();
    if (tail.length > 0) this.#waiting = tail;
  }

  next(): Payload | undefined {
    return this.#waiting;
  }

  sent(): void {
    this.#waiting = undefined;
  }

  behind(made: number): number {
    return this.#reader.behind(made);
  }
}

/** One write per chunk of text; a cut character moves to the next chunk. */
class TextChunkIntake implements Intake {
  readonly acknowledges: boolean = true;
  readonly #reader: ChunkReader;
  #carry: Uint8Array = EMPTY;
  #waiting: Uint8Array | undefined;

  constructor(reader: ChunkReader) {
    this.#reader = reader;
  }

  take(chunk: PipeChunk): undefined {
    const bytes = concat([this.#carry, this.#reader.read(chunk)]);
    const whole = wholeCharacters(checkedSize(bytes));
    if (!isUtf8(bytes.subarray(0, whole))) throw notUtf8();
    this.#carry = bytes.slice(whole);
    const held = whole === 0 && bytes.length > 0;
    this.#waiting = held ? undefined : bytes.subarray(0, whole);
  }

  takeMore(): undefined {}

  end(): void {
    const left = concat([this.#carry, this.#reader.end()]);
    if (!isUtf8(left)) throw notUtf8();
    if (left.length > 0) this.#waiting = left;
  }

  next(): Payload | undefined {
    return this.#waiting;
  }

  sent(): void {
    this.#waiting = undefined;
  }

  behind(made: number): number {
    return this.#reader.behind(made);
  }
}

function checkedSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_WHOLE_BYTES) return bytes;
  throw new RangeError(
    `Cannot send ${bytes.length} bytes in one write: at most ${MAX_WHOLE_BYTES}`,
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

function notUtf8(): ValidationException {
  return new ValidationException("Cannot send text that is not UTF-8", {
    code: "invalid-chunk",
  });
}

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
