import { type Disk, type DiskFile, isDiskError } from "./disk.ts";

/** Where new contents wait until they are complete, in the root of a store. */
const FOLDER = ".rocketride.tmp";

/** For the owner alone. */
const PRIVATE = 0o600;

/** Attempts to make a file in a folder that another store may just remove. */
const ATTEMPTS = 10;

/** Places of the drafts of this process; a crash has left all others. */
const inUse: Set<string> = new Set();

/** New content of a file, which is not complete. */
export interface Draft {
  /** Where it is. */
  readonly place: string;
  /** The open file. */
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

  /**
   * Make an empty draft; `mode` has the permissions of the file that it will
   * replace.
   */
  async make(
    open: (place: string, mode: number | undefined) => Promise<DiskFile>,
    mode: number | undefined,
  ): Promise<Draft> {
    const place = `${this.#folder}/${crypto.randomUUID()}`;
    inUse.add(place);
    try {
      const first = mode === undefined ? undefined : PRIVATE;
      const file = await this.#open(() => open(place, first));
      // Where that cannot be said the draft stays private.
      if (mode !== undefined) {
        await this.#disk.chmod(place, mode & 0o777).catch(ignoreError);
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
      try {
        // A full disk may show only here, as may a power cut only afterwards.
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#disk.rename(place, target);
      inUse.delete(place);
      await this.#removeFolder();
    } catch (error) {
      await this.#remove(place);
      throw error;
    }
  }

  /** Remove a draft. */
  async discard({ file, place }: Draft): Promise<void> {
    try {
      await file.close();
    } finally {
      await this.#remove(place);
    }
  }

  /** Remove what processes that are gone have left. */
  async clean(): Promise<void> {
    if (!await this.#isFolder()) return;
    const names = await this.#disk.readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const place = `${this.#folder}/${name}`;
      if (!inUse.has(place)) await this.#disk.unlink(place).catch(ignoreError);
    }
    await this.#removeFolder();
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

  async #remove(place: string): Promise<void> {
    await this.#disk.unlink(place).catch(ignoreError);
    inUse.delete(place);
    await this.#removeFolder();
  }

  /** It stays while there are other drafts. */
  async #removeFolder(): Promise<void> {
    await this.#disk.rmdir(this.#folder).catch(ignoreError);
  }
}

/** Whether the first name of a path is the drafts' own; disks ignore case. */
export function isReserved(name: string): boolean {
  return name.toLowerCase() === FOLDER;
}

/** What cannot be removed now is removed by the next store. */
function ignoreError(): void {}
