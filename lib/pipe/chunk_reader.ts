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

const EMPTY = new Uint8Array(0);

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
