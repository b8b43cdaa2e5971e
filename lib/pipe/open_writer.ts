import { TASK_STATE } from "../../schema/task.ts";
import { ignore, onAbort } from "../async.ts";
import { ValidationException } from "../errors.ts";
import {
  frameBytesOf,
  type ObjectDetails,
  type ObjectWatcher,
  type PipeOptions,
} from "./options.ts";
import { openPipe, type PipeCalls } from "./pipe_calls.ts";
import { PipeWriter } from "./pipe_writer.ts";
import { Liveness } from "./watchdog.ts";
import { foreignCharset } from "./chunk_reader.ts";
import { createIntake } from "./chunker.ts";
import { isMarkup } from "../protocol/declared_charset.ts";
import {
  framingOf,
  keepAlivePayload,
  parseMediaType,
  wireMimeType,
} from "../protocol/media_type.ts";
import { tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";

/** A declared size of 0 makes parsers skip the object. */
const EMPTY_OBJECT_SIZE = 1;

/** What opening a pipe needs beyond the user's options. */
interface OpenOptions extends PipeOptions {
  readonly mimeType: string;
  /** Bytes in all, where the source tells. */
  readonly knownSize?: number | undefined;
  readonly emptyWrite: boolean;
  /** Told how the object gets on. */
  readonly watcher?: ObjectWatcher | undefined;
}

/** Check everything that can be checked, then open a pipe on the engine. */
export async function openWriter(
  session: Session,
  task: TaskRef,
  options: OpenOptions,
): Promise<PipeWriter> {
  const core = coreOf(session);
  const token = tokenOf(task);
  const { mimeType, framing, emptyWrite, onPipelineError, signal } = options;
  const frameBytes = frameBytesOf(options);
  if (framing === "chunk") checkChunks(core, mimeType);
  const intake = createIntake({ mimeType, framing, frameBytes, emptyWrite });
  const { essence } = parseMediaType(mimeType);
  const transcoded = foreignCharset(mimeType) !== undefined;
  // What leaves here is UTF-8, whatever came in. Of a document it is said, so
  // that nobody believes what the document may declare.
  const utf8 = isMarkup(essence) ? `${essence}; charset=utf-8` : essence;
  const wireType = transcoded ? utf8 : wireMimeType(mimeType);
  return await openWatched(core, token, objectOf(options, transcoded), {
    ...options,
    mimeType: wireType,
  }, (calls) =>
    new PipeWriter(core, {
      token,
      mimeType: wireType,
      calls,
      intake,
      keepAlive: keepAlivePayload(mimeType),
      signal,
      onPipelineError,
      watcher: options.watcher,
    }));
}

/** Where each object is one request there are no chunks. */
function checkChunks({ settings }: SessionCore, mimeType: string): void {
  const { connectionless, name } = settings.transport;
  if (!connectionless || framingOf(mimeType) === "record") return;
  throw new ValidationException(`Cannot send chunks as writes over ${name}`, {
    code: "not-supported",
    hint: "Use webSocketTransport(), which is the default",
  });
}

/** Wait for a slot, but not for one of a task that has died. */
async function openWatched<T>(
  core: SessionCore,
  token: string,
  object: ObjectDetails,
  options: PipeOptions & { readonly mimeType: string },
  use: (calls: PipeCalls) => T,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const giveUp = (reason: unknown): void => controller.abort(reason);
  const detach = onAbort(options.signal, giveUp);
  const liveness = new Liveness(core, {
    token,
    earliest: TASK_STATE.STARTING,
    waiting: true,
    onQuiet: ignore,
    onIdle: ignore,
    onDead: giveUp,
  });
  try {
    return await openPipe(core, token, object, { ...options, signal }, use);
  } finally {
    liveness.stop();
    detach();
  }
}

/** What the engine is told about the object; never `null`. */
function objectOf(
  { objinfo, knownSize }: OpenOptions,
  transcoded: boolean,
): ObjectDetails {
  const size = objinfo?.size ?? (transcoded ? undefined : knownSize);
  const details = {
    ...objinfo,
    objectId: objinfo?.objectId ?? crypto.randomUUID(),
    size: size === undefined ? undefined : Math.max(size, EMPTY_OBJECT_SIZE),
  };
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => (value ?? null) !== null),
  );
}
