import { checkOptions } from "../../check.ts";
import { RocketRideException } from "../../errors.ts";
import { ByteFile } from "./byte_file.ts";
import type {
  FileStore,
  StoredEntry,
  StoredReader,
  StoredThing,
  StoredWriter,
} from "./file_store.ts";
import { notADirectory, notAFile, notEmpty, notFound } from "./refusals.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * The greatest number of bytes of all files together, 1 or more; a file that
   * is being replaced counts with the larger of its two contents.
   *
   * @default {268_435_456}
   */
  readonly maxBytes?: number | undefined;
}

const DEFAULT_BYTES = 256 * 1024 * 1024;

type Folder = Map<string, Folder | ByteFile>;

/** New content of a file that is not closed yet. */
interface Draft {
  readonly file: ByteFile;
  /** Bytes of the content that it replaces. */
  readonly replaced: number;
}

/**
 * Keep the files of an engine in memory; the default of `createEngine`.
 *
 * @param options See {@linkcode MemoryStoreOptions}.
 * @returns A store for `createEngine({ store })`.
 * @throws {RangeError} `maxBytes` is out of range.
 *
 * @example A small store that outlives its engine
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine, memoryStore } from "@rocketride/streams/engine";
 * import { readText, writeText } from "@rocketride/streams/store";
 *
 * const store = memoryStore({ maxBytes: 1_000 });
 * for (const write of [true, false]) {
 *   const engine = createEngine({ store });
 *   const session = await connect({ transport: engine.transport(), env: {} });
 *   if (write) await writeText(session, "note.txt", "Hello");
 *   assertEquals(await readText(session, "note.txt"), "Hello");
 *   await close(session);
 *   await engine.close();
 * }
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): FileStore {
  checkOptions(options, "memoryStore({ maxBytes })", { maxBytes: 1 });
  const { maxBytes = DEFAULT_BYTES } = options;
  if (!(maxBytes >= 1)) {
    throw new RangeError(
      `Cannot use maxBytes of "${maxBytes}": must be 1 or more`,
    );
  }
  return new MemoryStore(maxBytes);
}

class MemoryStore implements FileStore {
  readonly #root: Folder = new Map();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  look(path: string): Promise<StoredThing | undefined> {
    const found = this.#find(path);
    return Promise.resolve(found && describe(found));
  }

  async list(path: string): Promise<readonly StoredEntry[]> {
    const found = await this.#folder(path);
    return [...found].map(([name, it]) => ({ name, ...describe(it) }));
  }

  read(path: string): Promise<StoredReader> {
    const file = this.#find(path);
    if (!file) return Promise.reject(notFound(path));
    if (!(file instanceof ByteFile)) return Promise.reject(notAFile(path));
    return Promise.resolve({
      size: file.size,
      read: (offset, length) => Promise.resolve(file.read(offset, length)),
      close: () => Promise.resolve(),
    });
  }

  async write(path: string): Promise<StoredWriter> {
    const { folder, name } = await this.#place(path);
    const before = folder.get(name);
    if (before && !(before instanceof ByteFile)) throw notAFile(path);
    const draft: Draft = { file: new ByteFile(), replaced: before?.size ?? 0 };
    return {
      write: (bytes) => this.#append(draft, bytes),
      close: () => {
        this.#bytes -= overhang(draft);
        const old = folder.get(name);
        if (old) this.#forget(old);
        this.#bytes += draft.file.size;
        draft.file.touch();
        folder.set(name, draft.file);
        return Promise.resolve();
      },
      abort: () => {
        this.#bytes -= overhang(draft);
        draft.file.empty();
        return Promise.resolve();
      },
    };
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#folder(path, true);
  }

  async remove(path: string, recursive: boolean): Promise<void> {
    const { folder, name } = await this.#place(path);
    const found = folder.get(name);
    if (!found) throw notFound(path);
    const isFull = found instanceof Map && found.size > 0;
    if (isFull && !recursive) throw notEmpty(path);
    this.#forget(found);
    folder.delete(name);
  }

  async rename(from: string, to: string): Promise<void> {
    const old = await this.#place(from);
    const found = old.folder.get(old.name);
    if (!found) throw notFound(from);
    const { folder, name } = await this.#place(to);
    old.folder.delete(old.name);
    folder.set(name, found);
  }

  #find(path: string): Folder | ByteFile | undefined {
    let found: Folder | ByteFile | undefined = this.#root;
    for (const name of path === "" ? [] : path.split("/")) {
      if (!(found instanceof Map)) return undefined;
      found = found.get(name);
    }
    return found;
  }

  /** A directory; it is made where that was asked for. */
  #folder(path: string, make = false): Promise<Folder> {
    let folder = this.#root;
    for (const name of path === "" ? [] : path.split("/")) {
      const next = folder.get(name) ?? (make ? new Map() : undefined);
      if (!next) return Promise.reject(notFound(path));
      if (!(next instanceof Map)) return Promise.reject(notADirectory(path));
      folder.set(name, next);
      folder = next;
    }
    return Promise.resolve(folder);
  }

  /** The directory of a path, which is made, and the name in it. */
  async #place(path: string): Promise<{ folder: Folder; name: string }> {
    const at = path.lastIndexOf("/");
    const folder = await this.#folder(path.slice(0, Math.max(0, at)), true);
    return { folder, name: path.slice(at + 1) };
  }

  #append(draft: Draft, bytes: Uint8Array): Promise<void> {
    const before = overhang(draft);
    const after = Math.max(
      0,
      draft.file.size + bytes.length - draft.replaced,
    );
    if (this.#bytes - before + after > this.#maxBytes) {
      return Promise.reject(
        new RocketRideException(
          `Store is full: it takes ${this.#maxBytes} bytes`,
        ),
      );
    }
    this.#bytes += after - before;
    draft.file.append(bytes);
    return Promise.resolve();
  }

  /** Content that is gone counts no more; who still reads it finds its end. */
  #forget(found: Folder | ByteFile): void {
    if (found instanceof ByteFile) {
      this.#bytes -= found.size;
      return found.empty();
    }
    for (const inside of found.values()) this.#forget(inside);
  }
}

/** Bytes of a draft beyond those that it replaces. */
function overhang({ file, replaced }: Draft): number {
  return Math.max(0, file.size - replaced);
}

function describe(found: Folder | ByteFile): StoredThing {
  return found instanceof ByteFile
    ? { type: "file", size: found.size, modified: found.modified }
    : { type: "dir" };
}
