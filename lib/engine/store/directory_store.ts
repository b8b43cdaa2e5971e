import { checkOptions } from "../../check.ts";
import { isDAPException, RocketRideException } from "../../errors.ts";
import {
  type Disk,
  type DiskEntry,
  type DiskFile,
  diskOf,
  Drafts,
  isDiskError,
  isReserved,
} from "./disk.ts";
import {
  type FileStore,
  refusal,
  type StoredEntry,
  type StoredReader,
  type StoredThing,
  type StoredWriter,
} from "./file_store.ts";

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

/** A path of a store on the disk. */
interface Located {
  readonly disk: Disk;
  readonly drafts: Drafts;
  /** The path that the operating system knows. */
  readonly place: string;
  /** What is there, if it is a file or a directory. */
  readonly found: DiskEntry | undefined;
}

class DirectoryStore implements FileStore {
  readonly #given: string | URL;
  readonly #maxFileBytes: number;
  #root: Promise<Omit<Located, "found">> | undefined;

  constructor(given: string | URL, maxFileBytes: number) {
    this.#given = given;
    this.#maxFileBytes = maxFileBytes;
  }

  look(path: string): Promise<StoredThing | undefined> {
    return this.#at(path, ({ found }) => found && describe(found));
  }

  list(path: string): Promise<readonly StoredEntry[]> {
    return this.#at(path, async ({ disk, place, found }) => {
      if (!found) throw refusal("notFound", path);
      const names = (await disk.readdir(place))
        .filter((name) => path !== "" || !isReserved(name));
      const entries = await Promise.all(names.map(async (name) => {
        const entry = await lstat(disk, `${place}/${name}`);
        const thing = entry && name !== MARKER && describe(entry);
        return thing ? [{ name, ...thing }] : [];
      }));
      return entries.flat();
    });
  }

  read(path: string): Promise<StoredReader> {
    return this.#at(path, async ({ disk, place, found }) => {
      if (!found) throw refusal("notFound", path);
      if (!found.isFile()) throw refusal("notAFile", path);
      const file = await openFile(disk, place, ["O_RDONLY"]);
      try {
        const { size } = await file.stat();
        return {
          size,
          read: (offset, length) =>
            guarded(path, async () => {
              const bytes = new Uint8Array(length);
              const { bytesRead } = await file.read(bytes, 0, length, offset);
              return bytes.subarray(0, bytesRead);
            }),
          close: () => guarded(path, () => file.close()),
        };
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  write(path: string): Promise<StoredWriter> {
    return this.#at(path, async ({ disk, drafts, place, found }) => {
      if (found && !found.isFile()) throw refusal("notAFile", path);
      const above = place.slice(0, place.lastIndexOf("/"));
      await disk.mkdir(above, { recursive: true });
      // A file that the process may not write to is not replaced either.
      if (found) await (await openFile(disk, place, ["O_WRONLY"])).close();
      const flags = ["O_WRONLY", "O_CREAT", "O_EXCL"];
      const draft = await drafts.make(
        (at, mode) => openFile(disk, at, flags, mode),
        found?.mode,
      );
      let size = 0;
      return {
        write: (bytes) =>
          guarded(path, async () => {
            size += bytes.length;
            if (size > this.#maxFileBytes) {
              throw new RocketRideException(
                `File is too large: at most ${this.#maxFileBytes} bytes`,
              );
            }
            await writeAll(draft.file, bytes);
          }),
        close: () =>
          guarded(path, async () => {
            try {
              const { found: now } = await this.#walk(path);
              if (now && !now.isFile()) throw refusal("notAFile", path);
            } catch (error) {
              await drafts.discard(draft);
              throw error;
            }
            await drafts.keep(draft, place);
          }),
        abort: () => guarded(path, () => drafts.discard(draft)),
      };
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#at(path, async ({ disk, place }) => {
      await disk.mkdir(place, { recursive: true });
    });
  }

  remove(path: string, recursive: boolean): Promise<void> {
    return this.#at(path, async ({ disk, place, found }) => {
      if (!found) throw refusal("notFound", path);
      if (found.isFile()) return await disk.unlink(place);
      if (recursive) return await disk.rm(place, { recursive: true });
      const names = await disk.readdir(place);
      if (names.some((name) => name !== MARKER)) {
        throw refusal("notEmpty", path);
      }
      if (names.length > 0) await disk.unlink(`${place}/${MARKER}`);
      await disk.rmdir(place);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#at(from, async ({ disk, place, found }) => {
      if (!found) throw refusal("notFound", from);
      const { place: next } = await this.#walk(to);
      await disk.rename(place, next);
    });
  }

  #at<T>(path: string, work: (at: Located) => T | Promise<T>): Promise<T> {
    return guarded(path, async () => await work(await this.#walk(path)));
  }

  /** Go down a path, name by name, never through a link. */
  async #walk(path: string): Promise<Located> {
    const names = path === "" ? [] : path.split("/");
    if (names[0] !== undefined && isReserved(names[0])) {
      throw refusal("badPath", path, "the name is reserved");
    }
    const root = await this.#open();
    const { disk } = root;
    let { place } = root;
    let found = await lstat(disk, place);
    for (const name of names) {
      // On Windows these would be other names, or lead upwards.
      if (isWindows() && /[. ]$/.test(name)) {
        throw refusal("badPath", path, "a name ends with a dot or a blank");
      }
      place = `${place}/${name}`;
      found = await lstat(disk, place);
      if (found && !found.isDirectory() && !found.isFile()) {
        throw refusal("badPath", path, "it leads through a link or a device");
      }
    }
    return { ...root, place, found };
  }

  #open(): Promise<Omit<Located, "found">> {
    this.#root ??= this.#openRoot().catch((error) => {
      this.#root = undefined;
      throw error;
    });
    return this.#root;
  }

  /** The root is the only place where links are followed: it was given. */
  async #openRoot(): Promise<Omit<Located, "found">> {
    const disk = diskOf(globalThis);
    const place = await disk.realpath(this.#given).catch(async (error) => {
      if (!isDiskError(error, "ENOENT")) throw error;
      await disk.mkdir(this.#given, { recursive: true });
      return await disk.realpath(this.#given);
    });
    const drafts = new Drafts(disk, place);
    await drafts.clean();
    return { disk, drafts, place };
  }
}

/** Errors of the file system name places of the machine; clients hear less. */
async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
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

async function lstat(
  disk: Disk,
  place: string,
): Promise<DiskEntry | undefined> {
  try {
    return await disk.lstat(place);
  } catch (error) {
    if (isDiskError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Open a file; a link that was put in its place meanwhile is refused. */
function openFile(
  disk: Disk,
  place: string,
  flags: readonly string[],
  mode?: number,
): Promise<DiskFile> {
  const bits = ["O_NOFOLLOW", ...flags]
    .map((flag) => disk.constants[flag] ?? 0);
  return disk.open(place, bits.reduce((sum, bit) => sum | bit, 0), mode);
}

async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

function describe(found: DiskEntry): StoredThing | undefined {
  if (found.isDirectory()) return { type: "dir" };
  if (!found.isFile()) return undefined;
  return { type: "file", size: found.size, modified: found.mtimeMs / 1_000 };
}

function isWindows(): boolean {
  const { process } = globalThis as { process?: { platform?: unknown } };
  return process?.platform === "win32";
}
