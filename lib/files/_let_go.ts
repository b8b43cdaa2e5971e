import { ignore } from "../_deferred.ts";
import type { PipeSource } from "../data/pipe_options.ts";

/** Tell a source that nobody will read it. */
export function letGo(source: PipeSource, reason: unknown): void {
  cancel(source, reason).catch(ignore);
}

async function cancel(source: PipeSource, reason: unknown): Promise<void> {
  if (source instanceof Response) await source.body?.cancel(reason);
  else if (source instanceof ReadableStream) await source.cancel(reason);
  else if (typeof source === "object" && Symbol.asyncIterator in source) {
    await source[Symbol.asyncIterator]().return?.();
  }
}
