import { concat, PiecewiseEncoder, viewOf } from "../bytes.ts";
import { ValidationException } from "../errors.ts";
import type { PipeChunk } from "./options.ts";
import { DeclaredAsUtf8 } from "../protocol/declared_charset.ts";
import { framingOf, parseMediaType } from "../protocol/media_type.ts";

/** Charsets whose bytes are UTF-8 already. */
const UTF8_LABELS: ReadonlySet<string> = new Set([
  "utf-8",
  "utf8",
  "us-ascii",
  "ascii",
]);

/** How far apart marks are at least, so that small chunks need few. */
const MARK_BYTES = 1024;
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
    return concat([this.#pieces.end(), bytes]);
  }

  /** The bytes of what only the end of the stream makes complete. */
  end(): Uint8Array {
    const text = this.#encode(this.#flush());
    const held = this.#pieces.encode(this.#declared?.end() ?? "");
    const left = concat([text, held, this.#pieces.end()]);
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

/** A place in a source, in bytes made of it and in bytes of its own. */
interface Mark {
  /** Bytes that were made of the source by then. */
  readonly made: number;
  /** Bytes of the source by then. */
  readonly read: number;
}

/**
 * Tells how many bytes of a source stand behind a number of bytes that were
 * made of it: text that is transcoded changes its length.
 */
class SourceBytes {
  readonly #marks: Mark[] = [];
  #done: Mark = { made: 0, read: 0 };
  #last: Mark = { made: 0, read: 0 };

  /** So many bytes were read, and so many made of them. */
  add(read: number, made: number): void {
    const { made: before } = this.#marks.at(-1) ?? this.#done;
    if (this.#last.made - before >= MARK_BYTES) this.#marks.push(this.#last);
    this.#last = { made: this.#last.made + made, read: this.#last.read + read };
  }

  /** The bytes behind the first `made` bytes; never asked for fewer. */
  behind(made: number): number {
    const { made: all, read } = this.#last;
    if (made >= all) return read;
    while (this.#marks.length > 0 && this.#marks[0]!.made <= made) {
      this.#done = this.#marks.shift()!;
    }
    const next = this.#marks[0] ?? this.#last;
    const from = this.#done;
    const part = (made - from.made) / (next.made - from.made);
    return from.read + Math.floor(part * (next.read - from.read));
  }
}
