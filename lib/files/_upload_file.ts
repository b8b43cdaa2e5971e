import type { PipelineResult, UploadResult } from "../../schema/result.ts";
import { abortable, ignore, onAbort } from "../async.ts";
import { sendObject } from "../data/send_object.ts";
import { ConnectionException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import type { FileItem, OpenedItem } from "./_file_item.ts";
import { letGo } from "./_let_go.ts";
import { Progress, type ProgressOptions } from "./_progress.ts";
import type { SendFilesOptions } from "./send_files_options.ts";

/** Upload one file, and again as often as it may be. Never rejects. */
export async function uploadFile(
  core: SessionCore,
  token: string,
  item: FileItem,
  options: SendFilesOptions,
  tell: ProgressOptions["tell"],
): Promise<UploadResult> {
  const { clock } = core.settings;
  const { filepath, size } = item;
  const progress = new Progress({ filepath, size, clock, tell });
  const stop = new AbortController();
  function giveUp(reason: unknown): void {
    stop.abort(reason);
  }
  const detach = [item.signal, options.signal]
    .map((signal) => onAbort(signal, giveUp));
  let retries = options.retries ?? 0;
  try {
    for (;;) {
      try {
        core.closing.throwIfAborted();
        const { signal } = stop;
        const result = await attempt(core, token, item, {
          ...options,
          signal,
        }, progress);
        return progress.complete(result);
      } catch (error) {
        if (retries-- <= 0 || !mayRetry(core, item, error)) {
          return progress.failed(error);
        }
        progress.restart();
      }
    }
  } finally {
    for (const off of detach) off();
  }
}

/** A session that has ended stays ended; one that reconnects lets calls wait. */
function mayRetry(core: SessionCore, item: FileItem, error: unknown): boolean {
  return error instanceof ConnectionException && error.retryable &&
    item.repeatable && !core.closing.aborted;
}

async function attempt(
  core: SessionCore,
  token: string,
  item: FileItem,
  options: SendFilesOptions & { readonly signal: AbortSignal },
  watcher: Progress,
): Promise<PipelineResult> {
  const { source, mimeType, size } = await opened(item, options.signal);
  return await sendObject(core, token, source, {
    ...options,
    objinfo: item.objinfo,
    mimeType,
    knownSize: size,
    declaredSize: item.declaredSize,
    watcher,
  });
}

/** Open a file; what opens after it was given up is let go of at once. */
async function opened(
  item: FileItem,
  signal: AbortSignal,
): Promise<OpenedItem> {
  signal.throwIfAborted();
  const opening = item.open(signal);
  try {
    const found = await abortable(opening, signal);
    if (!signal.aborted) return found;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  opening.then(({ source }) => letGo(source, signal.reason), ignore);
  throw signal.reason;
}
