import { checkOptions } from "../../check.ts";
import { RocketRideException } from "../../errors.ts";
import {
  type FileStore,
  refusal,
  type StoredEntry,
  type StoredReader,
  type StoredThing,
  type StoredWriter,
} from "./file_store.ts";

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
const FIRST_BLOCK_BYTES = 4 * 1024;
/** Files grow by blocks, so that a large one is never copied to grow. */
const BLOCK_BYTES = 256 * 1024;

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

/** The content of a file: bytes that are appended and read. */
class ByteFile {
  #blocks: Uint8Array[] = [];
  size = 0;
  modified = Date.now() / 1_000;

  append(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      const used = this.size % BLOCK_BYTES;
      const part = rest.subarray(0, BLOCK_BYTES - used);
      const index = Math.floor(this.size / BLOCK_BYTES);
      let block = this.#blocks[index] ?? new Uint8Array();
      if (block.length < used + part.length) {
        let room = FIRST_BLOCK_BYTES;
        while (room < used + part.length) room *= 2;
        const grown = new Uint8Array(room);
        grown.set(block);
        this.#blocks[index] = block = grown;
      }
      block.set(part, used);
      this.size += part.length;
      rest = rest.subarray(part.length);
    }
  }

  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.size);
    const result = new Uint8Array(Math.max(0, end - offset));
    for (let at = offset; at < end;) {
      const from = at % BLOCK_BYTES;
      const part = this.#blocks[Math.floor(at / BLOCK_BYTES)]!
        .subarray(from, from + end - at);
      result.set(part, at - offset);
      at += part.length;
    }
    return result;
  }

  empty(): void {
    this.#blocks = [];
    this.size = 0;
  }
}

type Folder = Map<string, Folder | ByteFile>;

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

  list(path: string): Promise<readonly StoredEntry[]> {
    return settled(() => {
      const found = this.#find(path);
      if (!(found instanceof Map)) throw refusal("notFound", path);
      return [...found].map(([name, it]) => ({ name, ...describe(it) }));
    });
  }

  read(path: string): Promise<StoredReader> {
    return settled(() => {
      const file = this.#find(path);
      if (!file) throw refusal("notFound", path);
      if (file instanceof Map) throw refusal("notAFile", path);
      return {
        size: file.size,
        read: (offset, length) => Promise.resolve(file.read(offset, length)),
        close: () => Promise.resolve(),
      };
    });
  }

  write(path: string): Promise<StoredWriter> {
    return settled(() => {
      const { folder, name, found } = this.#place(path);
      if (found instanceof Map) throw refusal("notAFile", path);
      const replaced = found?.size ?? 0;
      const file = new ByteFile();
      /** Bytes beyond those that are replaced. */
      const more = (extra = 0): number =>
        Math.max(0, file.size + extra - replaced);
      return {
        write: (bytes) =>
          settled(() => {
            const next = this.#bytes - more() + more(bytes.length);
            if (next > this.#maxBytes) {
              throw new RocketRideException(
                `Store is full: it takes ${this.#maxBytes} bytes`,
              );
            }
            this.#bytes = next;
            file.append(bytes);
          }),
        close: () =>
          settled(() => {
            this.#bytes += file.size - more();
            this.#forget(folder.get(name));
            file.modified = Date.now() / 1_000;
            folder.set(name, file);
          }),
        abort: () =>
          settled(() => {
            this.#bytes -= more();
            file.empty();
          }),
      };
    });
  }

  makeDirectory(path: string): Promise<void> {
    return settled(() => void this.#folder(path));
  }

  remove(path: string, recursive: boolean): Promise<void> {
    return settled(() => {
      const { folder, name, found } = this.#place(path);
      if (found instanceof Map && found.size > 0 && !recursive) {
        throw refusal("notEmpty", path);
      }
      this.#forget(found);
      folder.delete(name);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return settled(() => {
      const { folder, name, found } = this.#place(from);
      if (!found) throw refusal("notFound", from);
      const target = this.#place(to);
      folder.delete(name);
      target.folder.set(target.name, found);
    });
  }

  #find(path: string): Folder | ByteFile | undefined {
    let found: Folder | ByteFile | undefined = this.#root;
    for (const name of namesOf(path)) {
      found = found instanceof Map ? found.get(name) : undefined;
    }
    return found;
  }

  /** A directory, which is made, with those above it. */
  #folder(path: string): Folder {
    let folder = this.#root;
    for (const name of namesOf(path)) {
      const next = folder.get(name) ?? new Map();
      if (!(next instanceof Map)) throw refusal("notADirectory", path);
      folder.set(name, next);
      folder = next;
    }
    return folder;
  }

  /** What is at a path, and the directory that it is in. */
  #place(path: string): {
    readonly folder: Folder;
    readonly name: string;
    readonly found: Folder | ByteFile | undefined;
  } {
    const at = path.lastIndexOf("/");
    const folder = this.#folder(path.slice(0, Math.max(0, at)));
    const name = path.slice(at + 1);
    return { folder, name, found: folder.get(name) };
  }

  /** Removed content no longer counts; its readers find its end. */
  #forget(found: Folder | ByteFile | undefined): void {
    if (found instanceof Map) {
      for (const inside of found.values()) this.#forget(inside);
    } else if (found) {
      this.#bytes -= found.size;
      found.empty();
    }
  }
}

/** Do something at once; a promise that rejects with what it throws. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

function namesOf(path: string): readonly string[] {
  return path === "" ? [] : path.split("/");
}

function describe(found: Folder | ByteFile): StoredThing {
  return found instanceof Map
    ? { type: "dir" }
    : { type: "file", size: found.size, modified: found.modified };
}
