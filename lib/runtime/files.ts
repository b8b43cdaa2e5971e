import { fileFailure, noDisk, unreadable } from "../fetch_place.ts";

/** The largest piece that is read at once. */
const MAX_CHUNK_BYTES = 256 * 1024;
/** The smallest; also what the end of the file is looked for with. */
const MIN_CHUNK_BYTES = 4 * 1024;

/** A file, about to be read. */
interface OpenedFile {
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
  // Checked first: opening a named pipe would wait for a writer.
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

/**
 * Return the size of a file, without opening it.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param disk What to look at. Default: the runtime's file system, if any.
 * @returns The size in bytes.
 * @throws {ValidationException} There is no such file, it is not a regular
 * file, it may not be read, or the runtime has no files; `code` says which.
 */
export async function statFile(
  path: string | URL,
  disk: Disk | undefined = diskOf(globalThis),
): Promise<number> {
  if (!disk) throw noDisk(path);
  let entry;
  try {
    entry = await disk.look(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
  if (!entry.isFile) throw unreadable(path, "it is not a file");
  return entry.size;
}

/** An entry of the file system. */
interface DiskEntry {
  /** Whether it is a regular file: no folder, device or pipe. */
  readonly isFile: boolean;
  /** Bytes, where it is a file. */
  readonly size: number;
}

/** A file that is open for reading. */
interface DiskFile {
  /** Read on; returns the bytes that were read, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Close the file. */
  close(): Promise<void>;
}

/** The file system of a runtime. */
export interface Disk {
  /** Return the entry of a path; rejects with the runtime's own error. */
  look(path: string | URL): Promise<DiskEntry>;
  /** Open a file for reading; rejects with the runtime's own error. */
  open(path: string | URL): Promise<DiskFile>;
}

/** The part of Deno's namespace that is used, in types of no runtime. */
interface DenoFiles {
  stat(path: string | URL): Promise<DiskEntry>;
  open(path: string | URL): Promise<{
    read(into: Uint8Array): Promise<number | null>;
    close(): void;
  }>;
}

/** The part of the file module of Node and Bun that is used. */
interface NodeFiles {
  stat(path: string | URL): Promise<{ isFile(): boolean; size: number }>;
  open(path: string | URL): Promise<{
    read(into: Uint8Array): Promise<{ bytesRead: number }>;
    close(): Promise<void>;
  }>;
}

/**
 * Look at a global object and give its file system: Deno's, else that of the
 * `process` of Node or Bun, else none.
 *
 * The file module is asked for by name at run time, so no bundler ever finds
 * an import that a browser could not serve.
 */
export function diskOf(scope: object): Disk | undefined {
  const { Deno, process } = scope as {
    Deno?: Partial<DenoFiles>;
    process?: { getBuiltinModule?(name: string): unknown };
  };
  if (typeof Deno?.stat === "function" && typeof Deno.open === "function") {
    return denoDisk(Deno as DenoFiles);
  }
  const files = process?.getBuiltinModule?.("node:fs/promises");
  return files ? nodeDisk(files as NodeFiles) : undefined;
}

function denoDisk(files: DenoFiles): Disk {
  return {
    look: (path) => files.stat(path),
    async open(path): Promise<DiskFile> {
      const file = await files.open(path);
      return {
        read: async (into) => await file.read(into) ?? 0,
        close: () => Promise.resolve(file.close()),
      };
    },
  };
}

function nodeDisk(files: NodeFiles): Disk {
  return {
    async look(path): Promise<DiskEntry> {
      const entry = await files.stat(path);
      return { isFile: entry.isFile(), size: entry.size };
    },
    async open(path): Promise<DiskFile> {
      const file = await files.open(path);
      return {
        read: async (into) => (await file.read(into)).bytesRead,
        close: () => file.close(),
      };
    },
  };
}
