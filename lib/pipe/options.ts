import type { UploadBody } from "../../schema/event.ts";
import { NAMED_LANES, parseMediaType } from "../protocol/media_type.ts";
import { type OptionNames, wholeNumber } from "../check.ts";
import type { CallOptions } from "../session/session.ts";

/** The media type of data of which nothing is known. */
export const UNKNOWN_TYPE = "application/octet-stream";

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
 * The description of an object. The engine ignores members that it does not
 * know.
 */
export interface ObjectDetails {
  /** The display name. @default {a random one, by the engine} */
  readonly name?: string | undefined;
  /** Bytes in all. @default {what is known of the source; never 0} */
  readonly size?: number | undefined;
  /** The object's id. @default {a random UUID: equal names would give equal ids} */
  readonly objectId?: string | undefined;
  /** Further members for the engine. */
  readonly [key: string]: unknown;
}

/** Options of {@linkcode pipe}. */
export interface PipeOptions extends CallOptions {
  /** The description of the object. */
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
   * @default {524_288; where answers take long because the way is long, and not because it is slow, writes of bytes grow to 4 MiB, or to less with more than 8 pipes}
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

/** The options of all functions that send objects. */
export const OBJECT_NAMES: OptionNames<
  Omit<PipeOptions, "objinfo" | "mimeType">
> = {
  provider: "string",
  frameBytes: 1,
  framing: ["auto", "chunk"],
  onPipelineError: ["throw", "return"],
  signal: 1,
  timeout: 1,
};

/** The options of `pipe` and `send`. */
export const PIPE_NAMES: OptionNames<PipeOptions> = {
  ...OBJECT_NAMES,
  objinfo: 1,
  mimeType: 1,
};

/** Members that are absent must not hide those that are not. */
export function withoutNothing<T extends object>(
  details: T | null | undefined,
): T {
  return Object.fromEntries(
    Object.entries(details ?? {}).filter(([, it]) => (it ?? null) !== null),
  ) as T;
}

/** A type and a subtype; the engine reads the parameters. */
const MEDIA_TYPE = /^\s*[^\s/;,]+\/[^\s/;,]+\s*(;|$)/;

/**
 * Check the description of the caller. The media type of a source is not
 * checked: a malformed header of a server is no mistake of the caller.
 *
 * @throws {TypeError} `mimeType` is none or names a lane that does not exist, or
 * `objinfo` is no object.
 */
export function checkPipeOptions(options: PipeOptions): void {
  const { mimeType, objinfo } = options;
  // The type of a `File` is empty if it is unknown.
  if (mimeType) checkMediaType(mimeType);
  if (typeof (objinfo ?? {}) !== "object" || Array.isArray(objinfo)) {
    throw new TypeError("Expected objinfo to be an object, such as { name }");
  }
}

function checkMediaType(mimeType: string): void {
  // Untyped callers give anything.
  const { essence } = parseMediaType(String(mimeType));
  const [type, lane = ""] = essence.split("/", 2);
  const isKnown = type !== "lane" || NAMED_LANES.includes(lane);
  const isType = typeof mimeType === "string" && MEDIA_TYPE.test(mimeType);
  if (isType && isKnown) return;
  throw new TypeError(
    `Cannot use the media type ${JSON.stringify(mimeType)}: expected one ${
      isType ? `of the lanes ${NAMED_LANES.join(", ")}` : 'such as "text/plain"'
    }`,
  );
}

const MIN_FRAME_BYTES = 4 * 1024;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** More per frame does not help on any runtime. */
const DEFAULT_FRAME_BYTES = 512 * 1024;

/** The payload limit of a frame, checked. */
export function frameBytesOf(
  { frameBytes }: Pick<PipeOptions, "frameBytes">,
): number {
  return wholeNumber(
    "frameBytes",
    frameBytes ?? DEFAULT_FRAME_BYTES,
    MIN_FRAME_BYTES,
    MAX_FRAME_BYTES,
  );
}

/** Receives the progress of an object; must not throw. */
export interface ObjectWatcher {
  /** The engine has opened the pipe. */
  opened(size: number | undefined): void;
  /**
   * The engine has consumed that many bytes of the source more; text that is
   * transcoded counts as it was.
   */
  acknowledged(bytes: number): void;
  /** Everything is consumed; the close is next. */
  closing(): void;
}

/**
 * Options of {@linkcode sendFiles} and {@linkcode uploadFiles}: those of
 * `pipe` that hold for all files, and how many at a time.
 */
export interface SendFilesOptions
  extends Omit<PipeOptions, "objinfo" | "mimeType"> {
  /**
   * How many files are on their way at once; no more than two for each slot of
   * the task, where its handle knows them (`threads` of `use`). While one file
   * is in a slot, the next is opened. An open that waits for a slot counts
   * against `timeout`.
   *
   * @default {16}
   */
  readonly concurrency?: number | undefined;
  /**
   * How often a file is sent again after its connection was lost, or after its
   * task was restarted (see `restart`, and `keepRunning` of `use`). Waits for a
   * session that reconnects; of no use to one that does not, except over HTTP,
   * where a request fails by itself. Streams are sent again only where a
   * function makes them. The engine may then see an object twice, under one
   * `objectId`.
   *
   * @default {0}
   */
  readonly retries?: number | undefined;
  /**
   * Called with the progress of each file: `open`, `write`, `close`, then
   * `complete` or `error`, and the index of the file. At most ten `write`s a
   * second are reported for one file, and always the last one. Errors thrown by
   * the callback are ignored.
   */
  readonly onProgress?:
    | ((body: UploadBody, index: number) => unknown)
    | undefined;
  /**
   * What becomes of a file whose result carries an `error`: a failed upload
   * that has the result, or a complete one like any other.
   *
   * @default {"throw"}
   */
  readonly onPipelineError?: "throw" | "return" | undefined;
  /**
   * Gives everything up: nothing more is read, every slot is freed, and the
   * call rejects with the signal's reason. Streams whose turn has not come are
   * left as they are: they are still yours.
   */
  readonly signal?: AbortSignal | null | undefined;
}
