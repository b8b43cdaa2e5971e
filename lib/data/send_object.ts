import type { PipelineResult } from "../../schema/result.ts";
import { deferred, ignore } from "../_deferred.ts";
import { framingOf, isJsonRecord } from "../protocol/media_type.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { collect } from "./_collect.ts";
import { checkJson } from "./_intake.ts";
import { openWriter } from "./_open_writer.ts";
import type { PipeWriter } from "./_pipe_writer.ts";
import { type Chunks, type Source, sourceOf } from "./_source.ts";
import type { ObjectWatcher } from "./object_watcher.ts";
import type { PipeSource, SendOptions } from "./pipe_options.ts";

/** Options of {@linkcode sendObject}. */
export interface SendObjectOptions extends SendOptions {
  /** Bytes in all, where the source itself does not tell. */
  readonly knownSize?: number | undefined;
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
  const { knownSize, watcher, signal } = options;
  const given = sourceOf(source);
  const mimeType = options.mimeType || given.mimeType ||
    "application/octet-stream";
  const whole = framingOf(mimeType) === "record"
    ? await wholeRecord(given, mimeType, signal)
    : given;
  const chunks = whole.chunks();
  const size = whole.size ?? knownSize;
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
