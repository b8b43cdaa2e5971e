import { ignore } from "../async.ts";
import { isDestroyable } from "../data/destroyable.ts";
import type { PipeSource } from "../data/pipe_options.ts";

/** Tell a source that nobody will read it. */
export function letGo(source: PipeSource, reason: unknown): void {
  cancel(source, reason).catch(ignore);
}

async function cancel(source: PipeSource, reason: unknown): Promise<void> {
  if (source instanceof Response) await source.body?.cancel(reason);
  else if (source instanceof ReadableStream) await source.cancel(reason);
  else if (typeof source === "object" && Symbol.asyncIterator in source) {
    // An iterator of a stream of Node's does not end one that was not read.
    if (isDestroyable(source)) return void source.destroy();
    await source[Symbol.asyncIterator]().return?.();
  }
}
