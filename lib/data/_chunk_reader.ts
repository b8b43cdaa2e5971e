import { ValidationException } from "../errors.ts";
import { DeclaredAsUtf8 } from "../protocol/declared_charset.ts";
import { framingOf, parseMediaType } from "../protocol/media_type.ts";
import { PiecewiseEncoder } from "../bytes.ts";
import { SourceBytes } from "./_source_bytes.ts";
import type { PipeChunk } from "./pipe_options.ts";

/** Charsets whose bytes are UTF-8 already. */
const UTF8_LABELS: ReadonlySet<string> = new Set([
  "utf-8",
  "utf8",
  "us-ascii",
  "ascii",
]);

const EMPTY = new Uint8Array(0);

/**
 * Turns chunks of a stream into bytes as the engine expects them: text as
 * UTF-8, also text that comes as bytes in another charset.
 */
export class ChunkReader {
  readonly #pieces: PiecewiseEncoder = new PiecewiseEncoder();
  readonly #decoder: TextDecoder | undefined;
  readonly #declared: DeclaredAsUtf8 | undefined;
  readonly #bytes: SourceBytes = new SourceBytes();
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
      const made = this.#encode(this.#flush() + chunk);
      this.#bytes.add(made.length, made.length);
      return made;
    }
    const bytes = viewOf(chunk);
    if (this.#decoder) {
      const text = decode(this.#decoder, bytes, true);
      const made = this.#encode(text);
      this.#bytes.add(bytes.length, made.length);
      return made;
    }
    if (!this.#afterText) return bytes;
    this.#afterText = false;
    return joined(this.#pieces.end(), bytes);
  }

  /** The bytes of what only the end of the stream makes complete. */
  end(): Uint8Array {
    const text = this.#encode(this.#flush());
    const held = this.#pieces.encode(this.#declared?.end() ?? "");
    const left = joined(joined(text, held), this.#pieces.end());
    this.#bytes.add(0, left.length);
    return left;
  }

  /**
   * How many bytes of the source stand behind the first `made` bytes: as many,
   * unless they are text of another charset. Never asked for fewer again.
   */
  behind(made: number): number {
    return this.#decoder ? this.#bytes.behind(made) : made;
  }

  #encode(text: string): Uint8Array {
    return this.#pieces.encode(this.#declared?.push(text) ?? text);
  }

  /** No more bytes of the charset follow here: refuse half a character. */
  #flush(): string {
    return this.#decoder ? decode(this.#decoder, EMPTY, false) : "";
  }
}

/** Two pieces of bytes as one; without a copy where the first is empty. */
export function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const both = new Uint8Array(head.length + tail.length);
  both.set(head);
  both.set(tail, head.length);
  return both;
}

/** The charset that text must be decoded from; `undefined` if it is UTF-8. */
export function foreignCharset(mimeType: string): string | undefined {
  if (framingOf(mimeType) !== "text") return undefined;
  const { charset } = parseMediaType(mimeType);
  return charset === undefined || UTF8_LABELS.has(charset)
    ? undefined
    : charset;
}

/** Bytes of any form, without a copy. */
export function viewOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (isBuffer(chunk)) return new Uint8Array(chunk);
  throw new TypeError(
    `Cannot write a chunk of type ${typeName(chunk)}: expected bytes or text`,
  );
}

function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}

function typeName(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  return value.constructor?.name ?? "object";
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
