import {
  checkPipeOptions,
  type ObjectWatcher,
  PIPE_NAMES,
  type PipeChunk,
  type PipeSource,
  type SendOptions,
  UNKNOWN_TYPE,
  withoutNothing,
} from "./options.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { ignore } from "../async.ts";
import { encodeUtf8, viewOf } from "../bytes.ts";
import { checkOptions } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { openWriter, type PipeWriter } from "./pipe_writer.ts";
import { type Chunks, collect, sourceOf } from "./source.ts";
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
  const { knownSize, declaredSize, watcher } = options;
  const given = sourceOf(source);
  const mimeType = mediaTypeOf(
    source,
    options.mimeType || given.mimeType || UNKNOWN_TYPE,
  );
  // A record is one document: gathered, checked, and sent in one write.
  const content = framingOf(mimeType) === "record"
    ? await collect(given.content, options.signal)
    : given.content;
  const measured = knownSize ?? given.least;
  const limits = {
    // What is no file may say anything.
    least: declaredSize ?? (Number.isSafeInteger(measured) ? measured! : 0),
    most: declaredSize ?? Infinity,
  };
  let size = given.size ?? declaredSize ?? knownSize;
  let chunks: Chunks | undefined;
  if (typeof content === "function") chunks = content();
  else {
    size = content.length;
    checkSize(size, limits, true);
    if (isJsonRecord(mimeType)) checkJson(content);
  }
  let writer: PipeWriter | undefined;
  try {
    writer = await openWriter(session, task, {
      ...options,
      mimeType,
      objinfo: { name: given.name, ...withoutNothing(options.objinfo) },
      knownSize: size,
      emptyWrite: true,
    });
    watcher?.opened(size);
    // A failure of the pipe reaches the source at once, also while it is idle.
    if (chunks) {
      return await Promise.race([writer.result, copy(chunks, writer, limits)]);
    }
    await writer.write(content as Uint8Array);
    return await writer.close();
  } catch (error) {
    chunks?.cancel(error).catch(ignore);
    writer?.release(error).catch(ignore);
    throw error;
  }
}

/** How many bytes an object must have at least, and may have at most. */
interface SizeLimits {
  readonly least: number;
  readonly most: number;
}

/** Part of a file must not pass for the whole. */
function checkSize(
  count: number,
  { least, most }: SizeLimits,
  done = false,
): void {
  if (count <= most && (!done || count >= least)) return;
  const fault = count > most
    ? `has more than ${most} bytes`
    : `ended after ${count} of ${least} bytes`;
  throw new ValidationException(`Cannot send the file: it ${fault}`, {
    code: "file-not-readable",
    hint: "It changed while it was sent, or its declared size is wrong",
  });
}

/** Strings leave as UTF-8, whatever the media type or the document says. */
function mediaTypeOf(source: PipeSource, given: string): string {
  const { essence, charset } = parseMediaType(given);
  const isOther = charset === undefined
    ? isMarkup(essence)
    : foreignCharset(given);
  return typeof source === "string" && isOther ? typeAsUtf8(given) : given;
}

async function copy(
  chunks: Chunks,
  writer: PipeWriter,
  limits: SizeLimits,
): Promise<PipelineResult> {
  const isLimited = limits.least > 0 || limits.most < Infinity;
  let count = 0;
  for (;;) {
    const { done, value } = await chunks.next();
    if (isLimited && !done) count += bytesIn(value);
    // Before the write: nothing beyond the size reaches the engine.
    checkSize(count, limits, done);
    if (done) return await writer.close();
    await writer.write(value);
  }
}

/** The bytes of a chunk as UTF-8; a pair of surrogates may be cut in two. */
function bytesIn(chunk: PipeChunk): number {
  if (typeof chunk !== "string") return viewOf(chunk).length;
  // Of the four bytes of a pair, each half has two.
  const halves = chunk.match(/^[\udc00-\udfff]|[\ud800-\udbff]$/g) ?? [];
  return encodeUtf8(chunk).length - halves.length;
}
