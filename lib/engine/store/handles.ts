import { RocketRideException } from "../../errors.ts";
import type { Mode, OpenFile } from "./open_file.ts";
import { unwanted } from "./refusals.ts";

/** Files that one connection may have open. */
const MAX_HANDLES = 64;

/** The files that a connection has open; they go when it goes. */
export class Handles {
  readonly #files: Map<string, OpenFile> = new Map();
  readonly #newId: () => string;
  readonly #opening: Set<Promise<OpenFile>> = new Set();
  #isOver = false;

  /** Make an empty table; `newId` names the handles. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /**
   * Open a file; returns the name of its handle. `open` is told what tells
   * whether anybody still wants it.
   */
  async add(
    open: (isWanted: () => boolean) => Promise<OpenFile>,
  ): Promise<string> {
    if (this.#files.size + this.#opening.size >= MAX_HANDLES) {
      throw new RocketRideException(
        `Too many open files: at most ${MAX_HANDLES} on one connection`,
      );
    }
    const opening = open(() => !this.#isOver);
    this.#opening.add(opening);
    const file = await opening.finally(() => this.#opening.delete(opening));
    if (this.#isOver) {
      await file.abort();
      throw unwanted();
    }
    const handle = this.#newId();
    this.#files.set(handle, file);
    return handle;
  }

  /**
   * The file of a handle.
   *
   * @throws {RocketRideException} The connection has no such handle.
   */
  get(handle: unknown): OpenFile {
    const file = this.#files.get(handle as string);
    if (file) return file;
    throw new RocketRideException(`Invalid file handle: ${handle}`);
  }

  /**
   * Close a handle that was opened in that mode; `keep` tells whether what was
   * written stays.
   */
  async close(handle: unknown, mode: Mode, keep: boolean): Promise<void> {
    const file = this.get(handle);
    if (file.mode !== mode) {
      throw new RocketRideException(
        `File handle is not open in mode "${mode}"`,
      );
    }
    // Gone even when what follows fails.
    this.#files.delete(handle as string);
    await (keep ? file.close() : file.abort());
  }

  /** Close all, and whatever is being opened; unfinished writes are discarded. */
  async closeAll(): Promise<void> {
    this.#isOver = true;
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.allSettled([
      ...files.map((file) => file.abort()),
      ...[...this.#opening].map(async (file) => (await file).abort()),
    ]);
  }
}
