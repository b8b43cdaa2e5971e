import { abortable, ignore, type MaybeSignal } from "../async.ts";
import { kindOf } from "../check.ts";
import { ValidationException } from "../errors.ts";
import type { ObjectDetails, PipeChunk, PipeSource } from "./options.ts";
import { concat, viewOf } from "../bytes.ts";
import { ChunkReader } from "./chunker.ts";

/** A source of chunks, and its own description. */
export interface Source {
  /** Its media type, where it has one. */
  readonly mimeType: string | undefined;
  /** Bytes in all, where they are known. */
  readonly size: number | undefined;
  /**
   * Whether those are the source's own bytes; the length of a response may
   * count what travelled, not what comes out.
   */
  readonly isMeasured: boolean;
  /** Its name, where it has one. */
  readonly objinfo: ObjectDetails;
  /** All of it, where it is there; else what reads it, chunk by chunk. */
  readonly content: Uint8Array | (() => Chunks);
}

/** What a read gives: a chunk, or the end. */
export type Read =
  | { readonly done?: false; readonly value: PipeChunk }
  | { readonly done: true; readonly value?: unknown };

/** Chunks that are read one by one and can be given up at any time. */
export interface Chunks {
  /** Read on. */
  next(): Promise<Read>;
  /** Stop: nothing more is read, and the source is cancelled with the reason. */
  cancel(reason: unknown): Promise<unknown>;
}

/** Look at what `send` was given; nothing is read yet. */
export function sourceOf(source: PipeSource): Source {
  if (typeof source === "string") {
    const bytes = new TextEncoder().encode(source);
    return one(bytes, "text/plain");
  }
  if (source instanceof Blob) {
    return {
      mimeType: source.type || undefined,
      size: source.size,
      isMeasured: true,
      objinfo: nameOf(source),
      content: () => streamChunks(source.stream()),
    };
  }
  if (source instanceof Response) return responseSource(source);
  if (source instanceof ReadableStream) {
    if (source.locked) throw taken("a stream that is locked");
    return unknownSize(() => streamChunks(source));
  }
  if (isAsyncIterable(source)) {
    return unknownSize(() =>
      isDestroyable(source)
        ? destroyableChunks(source)
        : iteratorChunks(source[Symbol.asyncIterator]())
    );
  }
  return one(bytesOf(source), undefined);
}

function bytesOf(source: unknown): Uint8Array {
  try {
    return viewOf(source);
  } catch (cause) {
    throw new TypeError(
      "Expected a string, bytes, a Blob, a Response, a stream or an async " +
        `iterable, not ${kindOf(source)}`,
      { cause },
    );
  }
}

function one(bytes: Uint8Array, mimeType: string | undefined): Source {
  return {
    mimeType,
    size: bytes.length,
    isMeasured: true,
    objinfo: {},
    content: bytes,
  };
}

function unknownSize(content: () => Chunks): Source {
  return {
    mimeType: undefined,
    size: undefined,
    isMeasured: false,
    objinfo: {},
    content,
  };
}

function responseSource(response: Response): Source {
  const { bodyUsed, headers } = response;
  // Before the body, which takes the type of a Blob with it on Bun.
  const mimeType = headers.get("content-type") ?? undefined;
  const { body } = response;
  if (bodyUsed || body?.locked) {
    throw taken("a response whose body was read or is locked");
  }
  if (!body) return one(new Uint8Array(0), mimeType);
  const length = headers.get("content-length") ?? "";
  // With an encoding, the length counts what travelled, not what comes out.
  const plain = /^\d+$/.test(length) && !headers.has("content-encoding");
  return {
    mimeType,
    size: plain ? Number(length) : undefined,
    isMeasured: false,
    objinfo: {},
    content: () => streamChunks(body),
  };
}

function streamChunks(stream: ReadableStream<PipeChunk>): Chunks {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    cancel: (reason) => reader.cancel(reason),
  };
}

function iteratorChunks(iterator: AsyncIterator<PipeChunk, unknown>): Chunks {
  return {
    next: async () => await iterator.next(),
    cancel: async () => await iterator.return?.(),
  };
}

/**
 * Streams of Node's are read at once: one that fails before there is a listener
 * takes the program with it. And their iterators end none that was not read
 * yet, or that is silent.
 */
function destroyableChunks(source: Destroyable): Chunks {
  const iterator = source[Symbol.asyncIterator]();
  let first: Promise<Read> | undefined = iterator.next();
  first.catch(ignore);
  return {
    next(): Promise<Read> {
      const next = first ?? iterator.next();
      first = undefined;
      return next;
    },
    cancel: async () => void await source.destroy(),
  };
}

function nameOf(blob: Blob): ObjectDetails {
  return "name" in blob && typeof blob.name === "string" && blob.name
    ? { name: blob.name }
    : {};
}

function isAsyncIterable(value: unknown): value is AsyncIterable<PipeChunk> {
  return typeof value === "object" && value !== null &&
    Symbol.asyncIterator in value;
}

function taken(what: string): ValidationException {
  return new ValidationException(`Cannot send ${what}`, {
    code: "invalid-chunk",
  });
}

/** A stream of Node's, in types of no runtime. */
interface Destroyable extends AsyncIterable<PipeChunk> {
  /** End it, whether it was read or not. */
  destroy(): unknown;
}

/** Check whether a source is a stream of Node's. */
export function isDestroyable(
  source: AsyncIterable<PipeChunk>,
): source is Destroyable {
  return "destroy" in source && typeof source.destroy === "function";
}

/** The largest document that is gathered before it is sent. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Gather a source into one piece of bytes. */
export async function collect(
  content: Source["content"],
  signal: MaybeSignal,
): Promise<Uint8Array> {
  if (typeof content !== "function") {
    if (content.length > MAX_DOCUMENT_BYTES) throw tooLarge();
    return content;
  }
  const chunks = content();
  const reader = new ChunkReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  function add(bytes: Uint8Array): void {
    parts.push(bytes);
    length += bytes.length;
    if (length > MAX_DOCUMENT_BYTES) throw tooLarge();
  }
  try {
    for (;;) {
      const { done, value } = await abortable(chunks.next(), signal);
      if (done) break;
      // Copied: sources may fill the same piece of memory again and again.
      add(reader.read(value).slice());
    }
    add(reader.end());
  } catch (error) {
    chunks.cancel(error).catch(ignore);
    throw error;
  }
  return concat(parts);
}

function tooLarge(): RangeError {
  return new RangeError(
    `Cannot send a document of more than ${MAX_DOCUMENT_BYTES} bytes in one write`,
  );
}
