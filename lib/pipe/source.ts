import { abortable, ignore, type MaybeSignal } from "../async.ts";
import { encodeUtf8, viewOf } from "../bytes.ts";
import { kindOf } from "../check.ts";
import { type PipeChunk, type PipeSource, UNKNOWN_TYPE } from "./options.ts";
import { Chunker, invalidChunk, MAX_WHOLE_BYTES, tooLarge } from "./chunker.ts";
import type { FrameBuffer } from "../protocol/frame.ts";

/** A source of chunks, and its own description. */
export interface Source {
  /** All bytes, or a function that begins to read them chunk by chunk. */
  readonly content: Uint8Array | (() => Chunks);
  readonly mimeType?: string | undefined;
  readonly name?: string | undefined;
  /** Bytes in all, where they are known. */
  readonly size?: number | undefined;
  /**
   * Bytes that it must give at least. A response has none, since its length may
   * count what was transferred.
   */
  readonly least?: number | undefined;
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

/** Describe what `send` was given; nothing is read yet. */
export function sourceOf(source: PipeSource): Source {
  if (typeof source === "string") {
    return { content: encodeUtf8(source), mimeType: "text/plain" };
  }
  if (source instanceof Blob) {
    const { name, size, type } = source as Blob & { readonly name?: unknown };
    return {
      content: () => streamChunks(source.stream()),
      mimeType: type,
      name: typeof name === "string" ? name || undefined : undefined,
      size,
      least: size,
    };
  }
  if (source instanceof Response) return responseSource(source);
  if (source instanceof ReadableStream) {
    if (source.locked) {
      throw invalidChunk("Cannot send a stream that is locked");
    }
    return { content: () => streamChunks(source) };
  }
  if (isAsyncIterable(source)) return { content: () => iteratorChunks(source) };
  try {
    return { content: viewOf(source) };
  } catch (cause) {
    throw new TypeError(
      "Expected a string, bytes, a Blob, a Response, a stream or an async " +
        `iterable, not ${kindOf(source)}`,
      { cause },
    );
  }
}

function responseSource(response: Response): Source {
  const { bodyUsed, headers } = response;
  // Before the body, which takes the type of a Blob with it on Bun.
  const mimeType = headers.get("content-type") ?? undefined;
  const { body } = response;
  if (bodyUsed || body?.locked) {
    throw invalidChunk(
      "Cannot send a response whose body was read or is locked",
    );
  }
  if (!body) return { content: encodeUtf8(""), mimeType };
  const length = headers.get("content-length") ?? "";
  // With an encoding, the length counts what travelled, not what comes out.
  const plain = /^\d+$/.test(length) && !headers.has("content-encoding");
  const size = plain ? Number(length) : undefined;
  return { content: () => streamChunks(body), mimeType, size };
}

function streamChunks(stream: ReadableStream<PipeChunk>): Chunks {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    cancel: (reason) => reader.cancel(reason),
  };
}

/**
 * Node's streams are read at once: one that fails without a listener crashes
 * the process. They are destroyed to cancel them, since their iterators do not
 * end a stream that was not read yet or is idle.
 */
function iteratorChunks(source: AsyncIterable<PipeChunk>): Chunks {
  const iterator = source[Symbol.asyncIterator]();
  const read = (): Promise<Read> => Promise.resolve(iterator.next());
  const stream = isDestroyable(source) ? source : undefined;
  let first = stream && read();
  first?.catch(ignore);
  return {
    next(): Promise<Read> {
      const next = first ?? read();
      first = undefined;
      return next;
    },
    cancel: async () => await (stream ? stream.destroy() : iterator.return?.()),
  };
}

/** Check whether a value gives chunks one by one. */
export function isAsyncIterable(
  value: unknown,
): value is AsyncIterable<PipeChunk> {
  return typeof value === "object" && value !== null &&
    Symbol.asyncIterator in value;
}

/** A stream of Node's, in types of no runtime. */
interface Destroyable extends AsyncIterable<PipeChunk> {
  /** End it, whether it was read or not. */
  destroy(): unknown;
}

function isDestroyable(
  source: AsyncIterable<PipeChunk>,
): source is Destroyable {
  return "destroy" in source && typeof source.destroy === "function";
}

/** Cancel a source that is not read any more. */
export async function discard(
  source: PipeSource,
  reason: unknown,
): Promise<void> {
  const { content } = sourceOf(source);
  if (typeof content === "function") await content().cancel(reason);
}

/** Gather a source into one piece of bytes. */
export async function collect(
  content: Source["content"],
  signal: MaybeSignal,
): Promise<Uint8Array> {
  if (typeof content !== "function") {
    if (content.length > MAX_WHOLE_BYTES) throw tooLarge();
    return content;
  }
  const chunks = content();
  // Copied: sources may fill the same piece of memory again and again.
  const chunker = new Chunker({
    mimeType: UNKNOWN_TYPE,
    frameBytes: MAX_WHOLE_BYTES,
    emptyWrite: true,
  });
  try {
    for (;;) {
      const { done, value } = await abortable(chunks.next(), signal);
      const rest = done ? chunker.end() : chunker.take(value);
      if (rest) throw tooLarge();
      if (done) return (chunker.next("end") as FrameBuffer).payload;
    }
  } catch (error) {
    chunks.cancel(error).catch(ignore);
    throw error;
  }
}
