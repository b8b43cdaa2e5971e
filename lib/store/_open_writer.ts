import { storePathBelowRoot } from "../protocol/store_path.ts";
import { coreOf } from "../session/core.ts";
import type { Session } from "../session/session.ts";
import { openFile } from "./_file_calls.ts";
import { FileWriter } from "./_file_writer.ts";
import { frameBytesOf } from "./_numbers.ts";
import type { WriteFileOptions } from "./write_file.ts";

const DEFAULT_FRAME_BYTES = 1024 * 1024;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Check everything that can be checked, then open a file for writing. */
export async function openWriter(
  session: Session,
  path: string,
  options: WriteFileOptions,
): Promise<{ readonly writer: FileWriter; readonly frameBytes: number }> {
  const place = storePathBelowRoot(path);
  const frameBytes = frameBytesOf(
    options.frameBytes,
    DEFAULT_FRAME_BYTES,
    MAX_FRAME_BYTES,
  );
  const core = coreOf(session);
  const calls = await openFile(core, place, "w", options);
  const { signal } = options;
  const writer = new FileWriter(core, { calls, signal, frameBytes });
  return { writer, frameBytes };
}
