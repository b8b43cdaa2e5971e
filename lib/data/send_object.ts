import type { PipelineResult } from "../../schema/result.ts";
import { deferred, ignore } from "../async.ts";
import { isMarkup } from "../protocol/declared_charset.ts";
import {
  framingOf,
  isJsonRecord,
  parseMediaType,
} from "../protocol/media_type.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { ValidationException } from "../errors.ts";
import { foreignCharset, viewOf } from "./_chunk_reader.ts";
import { collect } from "./_collect.ts";
import { checkJson } from "./_intake.ts";
import { openWriter } from "./_open_writer.ts";
import type { PipeWriter } from "./_pipe_writer.ts";
import { type Chunks, type Read, type Source, sourceOf } from "./_source.ts";
import type { ObjectWatcher } from "./object_watcher.ts";
import type { PipeChunk, PipeSource, SendOptions } from "./pipe_options.ts";

/** Options of {@linkcode sendObject}. */
export interface SendObjectOptions extends SendOptions {
  /** Bytes that a file had when it was opened. */
  readonly knownSize?: number | undefined;
  /** Bytes in all, as the caller has declared. */
  readonly declaredSize?: number | undefined;
  /** Told how the object gets on. */
  readonly watcher?: ObjectWatcher | undefined;
}

/** Send one object and return its result: `send`, for whoever watches it. */
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
  const whole = framingOf(mimeType) === "record"
    ? await wholeRecord(given, mimeType, signal)
    : given;
  const chunks = counted(whole.chunks(), limits);
  const size = whole.size ?? declaredSize ?? knownSize;
  let writer: PipeWriter;
  try {
    writer = await openWriter(session, task, {
      ...options,
      mimeType,
      objinfo: { ...whole.objinfo, ...options.objinfo },
      knownSize: size,
      emptyWrite: true,
    });
  } catch (error) {
    chunks.cancel(error).catch(ignore);
    throw error;
  }
  watcher?.opened(size);
  return await pump(chunks, writer);
}

/**
 * Chunks that fail where there are fewer bytes than were promised, or more:
 * part of a file must not pass for the whole.
 */
function counted(
  chunks: Chunks,
  { least, most = Infinity }: {
    readonly least: number;
    readonly most: number | undefined;
  },
): Chunks {
  let count = 0;
  return {
    async next(): Promise<Read> {
      const read = await chunks.next();
      if (!read.done) count += bytesIn(read.value);
      if (count > most) throw wrongSize(`has more than ${most} bytes`);
      if (read.done && count < least) {
        throw wrongSize(`ended after ${count} of ${least} bytes`);
      }
      return read;
    },
    cancel: (reason) => chunks.cancel(reason),
  };
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
  return isMarkup(essence) ? `${essence}; charset=utf-8` : essence;
}

/** A record is one document: gathered, checked, and sent in one write. */
async function wholeRecord(
  source: Source,
  mimeType: string,
  signal: AbortSignal | null | undefined,
): Promise<Source> {
  const bytes = await collect(source.chunks(), signal);
  if (isJsonRecord(mimeType)) checkJson(bytes);
  return { ...source, ...sourceOf(bytes), objinfo: source.objinfo };
}

/**
 * Our own `pipeTo`: a failure of either side reaches the other at once on
 * every runtime, also while the source is idle (field F5).
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
