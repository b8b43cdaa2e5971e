import { checkOptions } from "../../check.ts";
import { isDAPException, RocketRideException } from "../../errors.ts";
import {
  type Disk,
  type DiskEntry,
  type DiskFile,
  diskOf,
  isDiskError,
} from "./disk.ts";
import type {
  FileStore,
  StoredEntry,
  StoredReader,
  StoredThing,
  StoredWriter,
} from "./file_store.ts";
import { Drafts, isReserved } from "./drafts.ts";
import { badPath, notAFile, notEmpty, notFound } from "./refusals.ts";

/** Options of {@linkcode directoryStore}. */
export interface DirectoryStoreOptions {
  /**
   * The greatest number of bytes of one file, 1 or more.
   *
   * @default {1_073_741_824}
   */
  readonly maxFileBytes?: number | undefined;
}

const DEFAULT_FILE_BYTES = 1024 * 1024 * 1024;

/** What servers keep in directories that would otherwise not be there. */
const MARKER = ".dirmarker";

/**
 * Keep the files of an engine in a directory of the machine, on Deno, Node
 * and Bun.
 *
 * Nothing outside of it is ever touched: paths cannot lead upwards, and links
 * and devices in it are neither listed nor followed, wherever they lead. That
 * is so as long as nobody else puts links in the place of directories at the
 * very moment in which the engine goes through them.
 *
 * A file keeps its old content until the new one is complete: that is written
 * to `.rocketride.tmp` in the root, which clients do not see, and renamed when
 * the file is closed. So a save that is refused or given up, a full disk and a
 * crash change nothing. What a crash has left there is removed at the first
 * use; a directory is for the engines of one process at a time.
 *
 * The file system is first looked at when a client asks for something. Then
 * the directory is made if it is missing; on Deno reading and writing it must
 * be permitted.
 *
 * @param root The directory, relative to the working one, or a `file:` URL.
 * @param options See {@linkcode DirectoryStoreOptions}.
 * @returns A store for `createEngine({ store })`.
 * @throws {RangeError} `maxFileBytes` is out of range.
 * @throws {TypeError} The path is empty, or the URL is none of a file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine, directoryStore } from "@rocketride/streams/engine";
 * import { writeText } from "@rocketride/streams/store";
 *
 * const folder = await Deno.makeTempDir();
 * const engine = createEngine({ store: directoryStore(folder) });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "notes/one.txt", "Hello");
 * await close(session);
 * await engine.close();
 *
 * assertEquals(await Deno.readTextFile(`${folder}/notes/one.txt`), "Hello");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function directoryStore(
  root: string | URL,
  options: DirectoryStoreOptions = {},
): FileStore {
  checkOptions(options, "directoryStore(root, { maxFileBytes })", {
    maxFileBytes: 1,
  });
  const { maxFileBytes = DEFAULT_FILE_BYTES } = options;
  if (!(maxFileBytes >= 1)) {
    throw new RangeError(
      `Cannot use maxFileBytes of "${maxFileBytes}": must be 1 or more`,
    );
  }
  const isPlace = root instanceof URL
    ? root.protocol === "file:"
    : typeof root === "string" && root !== "";
  if (!isPlace) {
    throw new TypeError(`Cannot keep files in "${root}": expected a directory`);
  }
  return new DirectoryStore(root, maxFileBytes);
}

class DirectoryStore implements FileStore {
  readonly #given: string | URL;
  readonly #maxFileBytes: number;
  #root: Promise<string> | undefined;
  #drafts: Drafts | undefined;
  #loaded: Disk | undefined;

  constructor(given: string | URL, maxFileBytes: number) {
    this.#given = given;
    this.#maxFileBytes = maxFileBytes;
  }

  look(path: string): Promise<StoredThing | undefined> {
    return this.#guard(path, async () => {
      const found = await this.#walk(path);
      return found && describe(found);
    });
  }

  list(path: string): Promise<readonly StoredEntry[]> {
    return this.#guard(path, async () => {
      if (!await this.#walk(path)) throw notFound(path);
      const place = await this.#place(path);
      const names = await this.#disk.readdir(place);
      const shown = names.filter((name) => path !== "" || !isReserved(name));
      const entries = await Promise.all(shown.map(async (name) => {
        const found = await this.#lstat(`${place}/${name}`);
        const thing = found && name !== MARKER && describe(found);
        return thing ? [{ name, ...thing }] : [];
      }));
      return entries.flat();
    });
  }

  read(path: string): Promise<StoredReader> {
    return this.#guard(path, async () => {
      const found = await this.#walk(path);
      if (!found) throw notFound(path);
      if (!found.isFile()) throw notAFile(path);
      const file = await this.#open(await this.#place(path), ["O_RDONLY"]);
      const size = await sizeOf(file);
      return {
        size,
        read: (offset, length) =>
          this.#guard(path, async () => {
            const bytes = new Uint8Array(length);
            const { bytesRead } = await file.read(bytes, 0, length, offset);
            return bytes.subarray(0, bytesRead);
          }),
        close: () => this.#guard(path, () => file.close()),
      };
    });
  }

  write(path: string): Promise<StoredWriter> {
    return this.#guard(path, async () => {
      const found = await this.#walk(path);
      if (found && !found.isFile()) throw notAFile(path);
      const above = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      const place = await this.#place(above);
      await this.#disk.mkdir(place, { recursive: true });
      if (found) await this.#requireWritable(path);
      const drafts = this.#drafts!;
      const draft = await drafts.make(
        (at, mode) => this.#open(at, ["O_WRONLY", "O_CREAT", "O_EXCL"], mode),
        found?.mode,
      );
      let size = 0;
      return {
        write: (bytes) =>
          this.#guard(path, async () => {
            size += bytes.length;
            if (size > this.#maxFileBytes) {
              throw new RocketRideException(
                `File is too large: at most ${this.#maxFileBytes} bytes`,
              );
            }
            await writeAll(draft.file, bytes);
          }),
        close: () =>
          this.#guard(path, async () => {
            try {
              const now = await this.#walk(path);
              if (now && !now.isFile()) throw notAFile(path);
            } catch (error) {
              await drafts.discard(draft);
              throw error;
            }
            await drafts.keep(draft, await this.#place(path));
          }),
        abort: () => this.#guard(path, () => drafts.discard(draft)),
      };
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#guard(path, async () => {
      await this.#walk(path);
      await this.#disk.mkdir(await this.#place(path), { recursive: true });
    });
  }

  remove(path: string, recursive: boolean): Promise<void> {
    return this.#guard(path, async () => {
      const found = await this.#walk(path);
      if (!found) throw notFound(path);
      const place = await this.#place(path);
      if (found.isFile()) return await this.#disk.unlink(place);
      if (recursive) return await this.#disk.rm(place, { recursive: true });
      const names = await this.#disk.readdir(place);
      if (names.some((name) => name !== MARKER)) throw notEmpty(path);
      if (names.length > 0) await this.#disk.unlink(`${place}/${MARKER}`);
      await this.#disk.rmdir(place);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#guard(from, async () => {
      if (!await this.#walk(from)) throw notFound(from);
      refuseReserved(to);
      await this.#walk(to);
      const [old, next] = [await this.#place(from), await this.#place(to)];
      await this.#disk.rename(old, next);
    });
  }

  get #disk(): Disk {
    return this.#loaded ??= diskOf(globalThis);
  }

  /** The path that the operating system knows. */
  async #place(path: string): Promise<string> {
    this.#root ??= this.#findRoot().catch((error) => {
      this.#root = undefined;
      throw error;
    });
    const root = await this.#root;
    return path === "" ? root : `${root}/${path}`;
  }

  /** The root is the only place where links are followed: it was given. */
  async #findRoot(): Promise<string> {
    const root = await this.#makeRoot();
    const drafts = this.#drafts = new Drafts(this.#disk, root);
    await drafts.clean();
    return root;
  }

  async #makeRoot(): Promise<string> {
    try {
      return await this.#disk.realpath(this.#given);
    } catch (error) {
      if (!isDiskError(error, "ENOENT")) throw error;
      await this.#disk.mkdir(this.#given as string, { recursive: true });
      return await this.#disk.realpath(this.#given);
    }
  }

  /**
   * Go down a path, name by name, never through a link; returns what is at its
   * end, if that is a file or a directory.
   */
  async #walk(path: string): Promise<DiskEntry | undefined> {
    let place = await this.#place("");
    let found = await this.#lstat(place);
    for (const name of path === "" ? [] : path.split("/")) {
      // On Windows these would be other names, or ways up.
      if (isWindows() && /[. ]$/.test(name)) {
        throw badPath(path, "a name ends with a dot or a blank");
      }
      if (found && !found.isDirectory()) return undefined;
      place = `${place}/${name}`;
      found = await this.#lstat(place);
      if (found && !found.isDirectory() && !found.isFile()) {
        throw badPath(path, "it leads through a link or a device");
      }
    }
    return found;
  }

  async #lstat(place: string): Promise<DiskEntry | undefined> {
    try {
      return await this.#disk.lstat(place);
    } catch (error) {
      if (isDiskError(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
  }

  /** Open a file; a link that was put in its place meanwhile is refused. */
  async #open(
    place: string,
    flags: readonly string[],
    mode?: number,
  ): Promise<DiskFile> {
    const { constants } = this.#disk;
    const bits = ["O_NOFOLLOW", ...flags].map((flag) => constants[flag] ?? 0);
    const all = bits.reduce((sum, bit) => sum | bit, 0);
    return await this.#disk.open(place, all, mode);
  }

  /** A file that the process may not write to is not replaced either. */
  async #requireWritable(path: string): Promise<void> {
    const file = await this.#open(await this.#place(path), ["O_WRONLY"]);
    await file.close();
  }

  /** What the file system says names places of the machine; clients hear less. */
  async #guard<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      refuseReserved(path);
      return await work();
    } catch (error) {
      if (isDAPException(error)) throw error;
      const { code, name } = error as { code?: unknown; name?: unknown };
      throw new RocketRideException(
        `Cannot access the file: ${path || "/"}: ${code ?? name}`,
        { cause: error },
      );
    }
  }
}

function refuseReserved(path: string): void {
  const [first = ""] = path.split("/");
  if (isReserved(first)) throw badPath(path, "the name is reserved");
}

function describe(found: DiskEntry): StoredThing | undefined {
  if (found.isDirectory()) return { type: "dir" };
  if (!found.isFile()) return undefined;
  return { type: "file", size: found.size, modified: found.mtimeMs / 1_000 };
}

/** Who cannot be told its size gets no file, which must be closed then. */
async function sizeOf(file: DiskFile): Promise<number> {
  try {
    return (await file.stat()).size;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    at += (await file.write(bytes, at, left)).bytesWritten;
  }
}

function isWindows(): boolean {
  const { process } = globalThis as { process?: { platform?: unknown } };
  return process?.platform === "win32";
}
