import { type Disk, type DiskFile, diskOf } from "./_disk.ts";
import { fileFailure, noDisk } from "./_file_failure.ts";
import { statFile } from "./stat_file.ts";

/** The largest piece that is read at once. */
const MAX_CHUNK_BYTES = 256 * 1024;
/** The smallest; also what the end of the file is looked for with. */
const MIN_CHUNK_BYTES = 4 * 1024;

/** A file, about to be read. */
export interface OpenedFile {
  /** Bytes in all, at the time it was opened. */
  readonly size: number;
  /** Its content; the file is closed at the end, on a failure, and on cancel. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Open a file for reading, piece by piece: Deno, Bun, Node.
 *
 * Nothing is read before the stream is.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param disk What to read from. Default: the runtime's file system, if any.
 * @returns The file; read its stream to the end, or cancel it.
 * @throws What {@linkcode statFile} throws.
 */
export async function openFile(
  path: string | URL,
  disk: Disk | undefined = diskOf(globalThis),
): Promise<OpenedFile> {
  if (!disk) throw noDisk(path);
  // Looked at first: opening a named pipe would wait for who writes to it.
  const size = await statFile(path, disk);
  try {
    return { size, stream: streamOf(path, await disk.open(path), size) };
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function streamOf(
  path: string | URL,
  file: DiskFile,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = size;
  let reading: Promise<unknown> = Promise.resolve();
  let over = false;

  async function close(): Promise<void> {
    if (over) return;
    over = true;
    // No runtime says what becomes of a file that is closed during a read.
    await reading;
    await file.close();
  }

  return new ReadableStream({
    async pull(controller): Promise<void> {
      const chunk = new Uint8Array(
        Math.min(Math.max(left, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES),
      );
      const outcome = file.read(chunk).catch((error: unknown) => ({ error }));
      reading = outcome;
      const count = await outcome;
      if (over) return;
      if (typeof count === "number" && count > 0) {
        left -= count;
        return controller.enqueue(chunk.subarray(0, count));
      }
      await close();
      if (typeof count === "object") throw fileFailure(path, count.error);
      controller.close();
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
