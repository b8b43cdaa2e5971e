import type { PipeChunk } from "./pipe_options.ts";

/** A stream of Node's, in types of no runtime. */
export interface Destroyable extends AsyncIterable<PipeChunk> {
  /** End it, whether it was read or not. */
  destroy(): unknown;
}

/** Tell whether a source is a stream of Node's. */
export function isDestroyable(
  source: AsyncIterable<PipeChunk>,
): source is Destroyable {
  return "destroy" in source && typeof source.destroy === "function";
}
