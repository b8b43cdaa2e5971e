import type { EventMessage } from "../../schema/envelope.ts";
import type { UploadBody } from "../../schema/event.ts";
import type { UploadResult } from "../../schema/result.ts";
import {
  abortable,
  combineSignals,
  ignore,
  type MaybeSignal,
  notify,
} from "../async.ts";
import { checkOptions, wholeNumber } from "../check.ts";
import { ConnectionException, isDAPException } from "../errors.ts";
import { deliverEvent } from "../events/events.ts";
import { discard } from "./source.ts";
import {
  checkPaths,
  type FileInput,
  type FileInputs,
  type FileItem,
  fileItem,
  type OpenedItem,
} from "./file_input.ts";
import {
  frameBytesOf,
  OBJECT_NAMES,
  type SendFilesOptions,
} from "./options.ts";
import { forEachPooled, poolSize } from "./pooled.ts";
import { sendObject } from "./send.ts";
import { Progress, type ProgressOptions } from "./upload_progress.ts";
import { tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";

/** Receives progress and results, each with the index of its file. */
interface UploadSink {
  /** A file has progressed. */
  readonly onEvent?: ((body: UploadBody, index: number) => void) | undefined;
  /** A file was uploaded or has failed; never rejects. */
  readonly onResult?:
    | ((result: UploadResult, index: number) => void)
    | undefined;
  /** Wait until one more file may be begun. */
  readonly room?: (() => Promise<void> | undefined) | undefined;
}

/** Uploads the files; rejects only for what concerns all of them. */
type RunUploads = (
  sink: UploadSink,
  signal: AbortSignal | null | undefined,
) => Promise<void>;

/** Check everything that can be checked at once; nothing is read or sent. */
export function planUploads(
  session: Session,
  task: TaskRef,
  files: FileInputs,
  options: SendFilesOptions,
): RunUploads {
  const core = coreOf(session);
  const token = tokenOf(task);
  checkOptions(options, "sendFiles(session, task, files, { concurrency })", {
    ...OBJECT_NAMES,
    concurrency: 1,
    retries: 1,
    onProgress: "function",
  });
  wholeNumber("retries", options.retries ?? 0, 0);
  frameBytesOf(options);
  const concurrency = poolSize(options, task);
  const isOne = typeof files !== "object" || files === null ||
    !(Symbol.iterator in files || Symbol.asyncIterator in files);
  if (isOne) throw new TypeError("Expected a list of files, not a single one");
  const list = isList(files) ? Array.from(files, checkedItem) : undefined;
  return async function run(sink, signal): Promise<void> {
    signal?.throwIfAborted();
    if (list) await checkPaths(list, signal);
    await forEachPooled<unknown>({
      values: list ?? files,
      concurrency: Math.min(concurrency, list?.length ?? Infinity),
      signal,
      // Every file of a list gets a result; an iterable may have no end.
      ended: list ? undefined : core.closing.signal,
      room: sink.room,
      async act(value, index): Promise<void> {
        function report(body: UploadBody): void {
          emitUploadEvent(core, body, token);
          notify((body) => options.onProgress?.(body, index), body);
          sink.onEvent?.(body, index);
        }
        const item = list?.[index] ?? anyItem(value as FileInput);
        const all = { ...options, signal };
        const result = await uploadFile(core, token, item, all, report);
        sink.onResult?.(result, index);
      },
    });
  };
}

/** Whether all files are known beforehand: an array, a FileList, a Set. */
function isList(files: FileInputs): files is Iterable<FileInput> {
  const { length, size } = files as { length?: unknown; size?: unknown };
  return Symbol.iterator in files &&
    (typeof length === "number" || typeof size === "number");
}

function checkedItem(input: FileInput, index: number): FileItem {
  try {
    return fileItem(input);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(`${error.message} (file ${index})`, { cause: error });
  }
}

/** The file of an input; one that fails to open if the input is invalid. */
function anyItem(input: FileInput): FileItem {
  try {
    return fileItem(input);
  } catch (error) {
    const open = (): Promise<never> => Promise.reject(error);
    return { filepath: "", objinfo: {}, repeatable: false, open };
  }
}

/** Upload one file, with its retries. Never rejects. */
async function uploadFile(
  core: SessionCore,
  token: string,
  item: FileItem,
  options: SendFilesOptions,
  report: ProgressOptions["report"],
): Promise<UploadResult> {
  const { clock } = core.settings;
  const { declaredSize, filepath, objinfo, repeatable, size } = item;
  const progress = new Progress({ filepath, size, clock, report });
  const [signal, detach] = combineSignals(item.signal, options.signal);
  let retries = repeatable && options.retries || 0;
  for (;;) {
    try {
      core.closing.signal.throwIfAborted();
      const { source, mimeType, size } = await opened(item, signal);
      const result = await sendObject(core, token, source, {
        ...options,
        signal,
        objinfo,
        mimeType,
        knownSize: size,
        declaredSize,
        watcher: progress,
      });
      detach();
      return progress.complete(result);
    } catch (error) {
      const lost = error instanceof ConnectionException ||
        isDAPException(error, "task-ended");
      // A session that has ended stays ended; one that reconnects lets calls
      // wait.
      const isFinal = !lost || !error.retryable || core.closing.aborted;
      if (isFinal || retries-- === 0) {
        detach();
        return progress.failed(error);
      }
      progress.restart();
    }
  }
}

/** Open a file; if the caller has stopped waiting, it is closed again. */
async function opened(
  item: FileItem,
  signal: MaybeSignal,
): Promise<OpenedItem> {
  signal?.throwIfAborted();
  const opening = item.open(signal);
  try {
    const found = await abortable(opening, signal);
    signal?.throwIfAborted();
    return found;
  } catch (error) {
    if (!signal?.aborted) throw error;
    const { reason } = signal;
    opening.then(({ source }) => discard(source, reason)).catch(ignore);
    throw reason;
  }
}

/** Emit an event of an upload to the listeners of its task. */
function emitUploadEvent(
  core: SessionCore,
  body: UploadBody,
  token: string,
): void {
  if (core.listeners.size === 0) return;
  notify<EventMessage>((event) => deliverEvent(core, event, token), {
    type: "event",
    seq: 0,
    event: "apaevt_status_upload",
    body,
  });
}
