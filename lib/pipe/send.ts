import {
  checkPipeOptions,
  type ObjectWatcher,
  PIPE_NAMES,
  type PipeChunk,
  type PipeSource,
  type SendOptions,
  withoutNothing,
} from "./options.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { deferred, ignore } from "../async.ts";
import { checkOptions } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { openWriter, type PipeWriter } from "./pipe_writer.ts";
import {
  type Chunks,
  collect,
  type Read,
  type Source,
  sourceOf,
} from "./source.ts";
import { viewOf } from "../bytes.ts";
import { checkJson, foreignCharset, typeAsUtf8 } from "./chunker.ts";
import { isMarkup } from "../protocol/declared_charset.ts";
import {
  framingOf,
  isJsonRecord,
  parseMediaType,
} from "../protocol/media_type.ts";
import type { Session, TaskRef } from "../session/session.ts";

/**
 * Send one object through a task's pipeline and return the result.
 *
 * Takes text, bytes, a `Blob` or `File`, a `Response`, a `ReadableStream` or
 * any async iterable; streams are read with back-pressure and never held
 * whole, except where the media type asks for one JSON document. Whatever
 * fails, the source is cancelled and the engine's slot is freed.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param source What to send; see {@linkcode PipeSource}.
 * @param options See {@linkcode SendOptions}. Media type, name and size are
 * taken from the source if it has them.
 * @returns What the pipeline made of the object.
 * @throws {TypeError} The source is of another type, or gives a chunk that is
 * neither bytes nor text; `mimeType` or another option is not what it should
 * be.
 * @throws {RangeError} `frameBytes` is out of range, or more than 16 MiB would
 * have to go in one write.
 * @throws {PipeException} The task does not run, or the engine refused data.
 * @throws {ExecutionException} The pipeline ran and failed; `result` holds
 * what it produced.
 * @throws {ValidationException} Another consumer reads the source, text is not
 * in its charset, a record is not JSON, or a `Blob` got shorter meanwhile.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 * const { text } = await send(session, task, "Hello");
 * assertEquals(text, ["Hello\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function send(
  session: Session,
  task: TaskRef,
  source: PipeSource,
  options: SendOptions = {},
): Promise<PipelineResult> {
  checkOptions(
    options,
    "send(session, task, source, { mimeType })",
    PIPE_NAMES,
  );
  checkPipeOptions(options);
  return await sendObject(session, task, source, options);
}

/** Options of {@linkcode sendObject}. */
interface SendObjectOptions extends SendOptions {
  /** Bytes that a file had when it was opened. */
  readonly knownSize?: number | undefined;
  /** Bytes in all, as the caller has declared. */
  readonly declaredSize?: number | undefined;
  /** Receives the progress of the object. */
  readonly watcher?: ObjectWatcher | undefined;
}

/** Send one object and return its result: `send`, with a watcher. */
export async function sendObject(
  session: Session,
  task: TaskRef,
  source: PipeSource,
  options: SendObjectOptions,
): Promise<PipelineResult> {
  const { knownSize, declaredSize, watcher, signal } = options;
  const given = sourceOf(source);
  const limits = {
    least: declaredSize ?? measuredSize(given, knownSize),
    most: declaredSize,
  };
  const mimeType = mediaTypeOf(
    source,
    options.mimeType || given.mimeType || "application/octet-stream",
  );
  const record = framingOf(mimeType) === "record";
  const { content, objinfo, ...found } = record
    ? await wholeRecord(given, mimeType, signal)
    : given;
  const size = found.size ?? declaredSize ?? knownSize;
  const isWhole = typeof content !== "function";
  if (isWhole) checkSize(content.length, limits, true);
  const chunks = isWhole ? undefined : counted(content(), limits);
  let writer: PipeWriter;
  try {
    writer = await openWriter(session, task, {
      ...options,
      mimeType,
      objinfo: { ...objinfo, ...withoutNothing(options.objinfo) },
      knownSize: size,
      emptyWrite: true,
    });
  } catch (error) {
    chunks?.cancel(error).catch(ignore);
    throw error;
  }
  watcher?.opened(size);
  if (chunks) return await pump(chunks, writer);
  await writer.write(content as Uint8Array);
  return await writer.close();
}

/** How many bytes an object must have at least, and may have at most. */
interface SizeLimits {
  readonly least: number;
  readonly most: number | undefined;
}

/**
 * Chunks that fail where there are fewer bytes than were promised, or more:
 * part of a file must not pass for the whole.
 */
function counted(chunks: Chunks, limits: SizeLimits): Chunks {
  let count = 0;
  return {
    async next(): Promise<Read> {
      const read = await chunks.next();
      if (!read.done) count += bytesIn(read.value);
      checkSize(count, limits, read.done);
      return read;
    },
    cancel: (reason) => chunks.cancel(reason),
  };
}

function checkSize(
  count: number,
  { least, most = Infinity }: SizeLimits,
  done: boolean | undefined,
): void {
  if (count > most) throw wrongSize(`has more than ${most} bytes`);
  if (done && count < least) {
    throw wrongSize(`ended after ${count} of ${least} bytes`);
  }
}

/** Bytes that there were beforehand; what is no file may say anything. */
function measuredSize(
  { isMeasured, size }: Source,
  knownSize: number | undefined,
): number {
  const measured = knownSize ?? (isMeasured ? size : undefined);
  return Number.isSafeInteger(measured) ? measured! : 0;
}

function wrongSize(fault: string): ValidationException {
  return new ValidationException(`Cannot send the file: it ${fault}`, {
    code: "file-not-readable",
    hint: "It changed while it was sent, or its declared size is wrong",
  });
}

/** The bytes of a chunk as UTF-8; a pair of surrogates may be cut in two. */
function bytesIn(chunk: PipeChunk): number {
  if (typeof chunk !== "string") return viewOf(chunk).length;
  let bytes = 0;
  for (let i = 0; i < chunk.length; i++) {
    const unit = chunk.charCodeAt(i);
    const half = unit >= 0xd800 && unit <= 0xdfff;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || half ? 2 : 3;
  }
  return bytes;
}

/** Strings leave as UTF-8, whatever the media type or the document says. */
function mediaTypeOf(source: PipeSource, given: string): string {
  if (typeof source !== "string") return given;
  const { essence, charset } = parseMediaType(given);
  if (charset === undefined ? !isMarkup(essence) : !foreignCharset(given)) {
    return given;
  }
  return typeAsUtf8(given);
}

/** A record is one document: gathered, checked, and sent in one write. */
async function wholeRecord(
  source: Source,
  mimeType: string,
  signal: AbortSignal | null | undefined,
): Promise<Source> {
  const bytes = await collect(source.content, signal);
  if (isJsonRecord(mimeType)) checkJson(bytes);
  return { ...source, ...sourceOf(bytes), objinfo: source.objinfo };
}

/**
 * Our own `pipeTo`: a failure of either side reaches the other at once on
 * every runtime, also while the source is idle.
 */
async function pump(
  chunks: Chunks,
  writer: PipeWriter,
): Promise<PipelineResult> {
  const outcome = deferred<PipelineResult>();
  writer.result.catch(outcome.reject);
  copy(chunks, writer).then(outcome.resolve, outcome.reject);
  try {
    return await outcome.promise;
  } catch (error) {
    chunks.cancel(error).catch(ignore);
    writer.abort(error).catch(ignore);
    throw error;
  }
}

async function copy(
  chunks: Chunks,
  writer: PipeWriter,
): Promise<PipelineResult> {
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return await writer.close();
    await writer.write(value);
  }
}
