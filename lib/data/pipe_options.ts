import type { CallOptions } from "../session/session.ts";

/** What a pipe takes: bytes in any form, or text, which is sent as UTF-8. */
export type PipeChunk = string | ArrayBufferLike | ArrayBufferView;

/** What `send` takes: one chunk, or anything that gives chunks. */
export type PipeSource =
  | PipeChunk
  | Blob
  | Response
  | ReadableStream<PipeChunk>
  | AsyncIterable<PipeChunk>;

/**
 * What the engine is told about an object (protocol §6.6). Members that the
 * engine does not know are ignored by it.
 */
export interface ObjectDetails {
  /** The display name. @default {a random one, by the engine} */
  readonly name?: string | undefined;
  /** Bytes in all. @default {what is known of the source; never 0} */
  readonly size?: number | undefined;
  /** The object's id. @default {a random UUID: equal names would give equal ids} */
  readonly objectId?: string | undefined;
  /** Whatever else the engine should be told. */
  readonly [key: string]: unknown;
}

/** Options of {@linkcode pipe}. */
export interface PipeOptions extends CallOptions {
  /** What the engine is told about the object. */
  readonly objinfo?: ObjectDetails | undefined;
  /**
   * The media type; it decides the lane, and how the stream is cut.
   *
   * @default {"application/octet-stream"}
   */
  readonly mimeType?: string | undefined;
  /**
   * The provider that the pipeline's source must be, for example `chat`.
   *
   * @default {any}
   */
  readonly provider?: string | undefined;
  /**
   * The largest payload of one write, 4 KiB to 16 MiB.
   *
   * @default {524_288}
   */
  readonly frameBytes?: number | undefined;
  /**
   * `"chunk"` gives one write per chunk; otherwise the media type decides.
   *
   * @default {"auto"}
   */
  readonly framing?: "auto" | "chunk" | undefined;
  /**
   * What a result that carries an `error` does: reject with an
   * `ExecutionException`, or be returned like any other.
   *
   * @default {"throw"}
   */
  readonly onPipelineError?: "throw" | "return" | undefined;
  /** Gives the pipe up, even in the middle of a write. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * Milliseconds that any one step may take: waiting for a free slot, a
   * write, the close.
   *
   * @default {none, or the session's `requestTimeout` where that was set}
   */
  readonly timeout?: number | undefined;
}

/** Options of {@linkcode send}: those of {@linkcode pipe}. */
export interface SendOptions extends PipeOptions {
  /**
   * The media type.
   *
   * @default {`text/plain` for strings, that of a Blob or Response, else `application/octet-stream`}
   */
  readonly mimeType?: string | undefined;
}
