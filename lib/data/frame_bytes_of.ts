import type { PipeOptions } from "./pipe_options.ts";

const MIN_FRAME_BYTES = 4 * 1024;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** More per frame does not help on any runtime (runtimes §4, design D7). */
const DEFAULT_FRAME_BYTES = 512 * 1024;

/** The payload limit of a frame, checked. */
export function frameBytesOf(
  { frameBytes }: Pick<PipeOptions, "frameBytes">,
): number {
  const bytes = frameBytes ?? DEFAULT_FRAME_BYTES;
  const inRange = bytes >= MIN_FRAME_BYTES && bytes <= MAX_FRAME_BYTES;
  if (Number.isInteger(bytes) && inRange) return bytes;
  throw new RangeError(
    `Cannot use frames of ${bytes} bytes: expected ${MIN_FRAME_BYTES} to ${MAX_FRAME_BYTES}`,
  );
}
