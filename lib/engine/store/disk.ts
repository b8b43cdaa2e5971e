import { ignore } from "../../async.ts";
import { RocketRideException } from "../../errors.ts";

/** What Node's file module returns for a path. */
export interface DiskEntry {
  isFile(): boolean;
  isDirectory(): boolean;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
}

/** An open file of Node's file module. */
export interface DiskFile {
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  stat(): Promise<DiskEntry>;
  close(): Promise<void>;
}

/** The part of Node's file module that is used, in types of no runtime. */
export interface Disk {
  /** Numbers of the platform; what it does not have is missing. */
  readonly constants: Readonly<Record<string, number | undefined>>;
  chmod(path: string, mode: number): Promise<void>;
  lstat(path: string): Promise<DiskEntry>;
  mkdir(path: string | URL, options: { recursive: true }): Promise<unknown>;
  open(path: string, flags: number, mode?: number): Promise<DiskFile>;
  readdir(path: string): Promise<string[]>;
  realpath(path: string | URL): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { recursive: true }): Promise<void>;
  rmdir(path: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/**
 * The file system of Deno, Node or Bun.
 *
 * The module is requested by name at run time, so that no bundler finds an
 * import that a browser or a Worker could not serve.
 *
 * @throws {RocketRideException} There is none.
 */
export function diskOf(scope: object): Disk {
  const { process } = scope as {
    process?: { getBuiltinModule?(name: string): unknown };
  };
  const disk = process?.getBuiltinModule?.("node:fs/promises");
  if (disk) return disk as Disk;
  throw new RocketRideException("There is no file system here", {
    code: "not-supported",
    hint: "Use memoryStore(), which is the default",
  });
}

/** Whether an error of the file module has one of the codes. */
export function isDiskError(error: unknown, ...codes: string[]): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return codes.includes(code as string);
}

/** Where new contents wait until they are complete, in the root of a store. */
const FOLDER = ".rocketride.tmp";

/** For the owner alone. */
const PRIVATE = 0o600;

/** Attempts to make a file in a folder that another store may just remove. */
const ATTEMPTS = 10;

/** Places of the drafts of this process; all others are left from crashes. */
const inUse: Set<string> = new Set();

/** Whether the first name of a path is the drafts' own; disks ignore case. */
export function isReserved(name: string): boolean {
  return name.toLowerCase() === FOLDER;
}

/** New content of a file, which is not complete. */
export interface Draft {
  readonly place: string;
  readonly file: DiskFile;
}

/**
 * New contents of files, in a folder of their own until they are complete.
 * The folder is on the disk of the root, so that a rename puts a draft in its
 * place at once, and it is there only while there are drafts.
 */
export class Drafts {
  readonly #disk: Disk;
  readonly #folder: string;

  /** The drafts of a store with that root. */
  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#folder = `${root}/${FOLDER}`;
  }

  /** Make an empty draft; `mode` is that of the file that it will replace. */
  async make(
    open: (place: string, mode: number | undefined) => Promise<DiskFile>,
    mode: number | undefined,
  ): Promise<Draft> {
    const place = `${this.#folder}/${crypto.randomUUID()}`;
    inUse.add(place);
    try {
      const first = mode === undefined ? undefined : PRIVATE;
      const file = await this.#open(() => open(place, first));
      // Where that is not possible the draft stays private.
      if (mode !== undefined) {
        await this.#disk.chmod(place, mode & 0o777).catch(ignore);
      }
      return { place, file };
    } catch (error) {
      inUse.delete(place);
      throw error;
    }
  }

  /** Put a draft in its place, whole or not at all. */
  async keep({ file, place }: Draft, target: string): Promise<void> {
    try {
      // A full disk may fail only here, as may a power cut only afterwards.
      await file.sync().finally(() => file.close());
      await this.#disk.rename(place, target);
    } catch (error) {
      await this.#disk.unlink(place).catch(ignore);
      throw error;
    } finally {
      await this.#release(place);
    }
  }

  /** Remove a draft. */
  async discard({ file, place }: Draft): Promise<void> {
    try {
      await file.close();
    } finally {
      await this.#disk.unlink(place).catch(ignore);
      await this.#release(place);
    }
  }

  /** Remove what processes that are gone have left. */
  async clean(): Promise<void> {
    if (!await this.#isFolder()) return;
    const names = await this.#disk.readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const place = `${this.#folder}/${name}`;
      if (!inUse.has(place)) await this.#disk.unlink(place).catch(ignore);
    }
    await this.#disk.rmdir(this.#folder).catch(ignore);
  }

  async #open(open: () => Promise<DiskFile>): Promise<DiskFile> {
    for (let attempt = 1;; attempt++) {
      await this.#disk.mkdir(this.#folder, { recursive: true });
      if (!await this.#isFolder()) {
        throw new TypeError(`Expected a directory: ${this.#folder}`);
      }
      try {
        return await open();
      } catch (error) {
        if (!isDiskError(error, "ENOENT") || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Whether the folder is there, and not a link to another. */
  async #isFolder(): Promise<boolean> {
    try {
      return (await this.#disk.lstat(this.#folder)).isDirectory();
    } catch (error) {
      if (isDiskError(error, "ENOENT")) return false;
      throw error;
    }
  }

  /** The folder is removed with its last draft. */
  async #release(place: string): Promise<void> {
    inUse.delete(place);
    await this.#disk.rmdir(this.#folder).catch(ignore);
  }
}
