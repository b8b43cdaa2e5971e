import { ValidationException } from "../errors.ts";
import type { ObjectDetails, PipeChunk, PipeSource } from "./pipe_options.ts";
import { viewOf } from "./_chunk_reader.ts";

/** A source of chunks, and what it tells about itself. */
export interface Source {
  /** Its media type, where it has one. */
  readonly mimeType: string | undefined;
  /** Bytes in all, where they are known. */
  readonly size: number | undefined;
  /** Its name, where it has one. */
  readonly objinfo: ObjectDetails;
  /** Its chunks, one after the other. */
  chunks(): Chunks;
}

/** Chunks that are read one by one and can be given up at any time. */
export interface Chunks {
  /** The next chunk; `undefined` at the end. */
  next(): Promise<PipeChunk | undefined>;
  /** Stop: nothing more is read, and the source is told why. */
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
      objinfo: nameOf(source),
      chunks: () => streamChunks(source.stream()),
    };
  }
  if (source instanceof Response) return responseSource(source);
  if (source instanceof ReadableStream) {
    if (source.locked) throw used("stream is locked");
    return unknownSize(() => streamChunks(source));
  }
  if (isAsyncIterable(source)) {
    return unknownSize(() => iteratorChunks(source[Symbol.asyncIterator]()));
  }
  return one(viewOf(source), undefined);
}

function one(bytes: Uint8Array, mimeType: string | undefined): Source {
  let left: Uint8Array | undefined = bytes;
  function next(): Promise<Uint8Array | undefined> {
    const chunk = left;
    left = undefined;
    return Promise.resolve(chunk);
  }
  return {
    mimeType,
    size: bytes.length,
    objinfo: {},
    chunks: () => ({ next, cancel: () => Promise.resolve() }),
  };
}

function unknownSize(chunks: () => Chunks): Source {
  return { mimeType: undefined, size: undefined, objinfo: {}, chunks };
}

function responseSource(response: Response): Source {
  if (response.bodyUsed) throw used("body of the response was read");
  const { body, headers } = response;
  const length = headers.get("content-length");
  // With an encoding, the length counts what travelled, not what comes out.
  const plain = length !== null && !headers.has("content-encoding");
  return {
    mimeType: headers.get("content-type") ?? undefined,
    size: plain ? Number(length) : undefined,
    objinfo: {},
    chunks: () =>
      body ? streamChunks(body) : one(new Uint8Array(0), "").chunks(),
  };
}

function streamChunks(stream: ReadableStream<PipeChunk>): Chunks {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? undefined : value;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

function iteratorChunks(iterator: AsyncIterator<PipeChunk>): Chunks {
  return {
    async next() {
      const { done, value } = await iterator.next();
      return done ? undefined : value;
    },
    cancel: () => Promise.resolve(iterator.return?.()),
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

function used(what: string): ValidationException {
  return new ValidationException(`Cannot send this source: its ${what}`, {
    code: "invalid-chunk",
  });
}
