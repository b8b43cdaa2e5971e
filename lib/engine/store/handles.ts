import { ignore } from "../../async.ts";
import { ConnectionException, RocketRideException } from "../../errors.ts";
import type { StoredReader, StoredWriter } from "./file_store.ts";
import { textOf } from "../text_of.ts";

/** How a file is opened. */
export type Mode = "r" | "w";

/** Files that one connection may have open. */
const MAX_HANDLES = 64;

/** Does one thing after the other, in the order in which they were asked for. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Do something when everything before it is done, successfully or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(ignore);
    return done;
  }
}

/** A file that a client has open; its requests are handled in turn. */
export class OpenFile {
  readonly #file: StoredReader | StoredWriter;
  readonly #onClosed: () => void;
  readonly #turns: InTurn = new InTurn();
  #hasFailed = false;
  #closing: Promise<void> | undefined;

  /** `onClosed` is called once, when the file was closed or that failed. */
  constructor(file: StoredReader | StoredWriter, onClosed: () => void) {
    this.#file = file;
    this.#onClosed = onClosed;
  }

  /** Settles when it is closed; `undefined` before that was asked for. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /** How it was opened. */
  get mode(): Mode {
    return "read" in this.#file ? "r" : "w";
  }

  /** Read up to `length` bytes from `offset`; none at the end. */
  read(offset: number, length: number): Promise<Uint8Array> {
    const file = this.#file;
    if (!("read" in file)) throw wrongMode("reading");
    return this.#turns.run(() => file.read(offset, length));
  }

  /** Append bytes. After a failure, nothing is appended any more. */
  write(bytes: Uint8Array): Promise<void> {
    const file = this.#file;
    if (!("write" in file)) throw wrongMode("writing");
    return this.#turns.run(async () => {
      if (this.#hasFailed) throw earlierFailure();
      try {
        await file.write(bytes);
      } catch (error) {
        this.#hasFailed = true;
        throw error;
      }
    });
  }

  /**
   * Close the file after the requests before.
   *
   * @throws {RocketRideException} A write has failed; nothing was kept.
   */
  close(): Promise<void> {
    return this.#end(async () => {
      if (!this.#hasFailed) return await this.#file.close();
      await this.#discard();
      throw earlierFailure();
    });
  }

  /** Close the file without keeping what was written. */
  abort(): Promise<void> {
    return this.#end(() => this.#discard());
  }

  #end(work: () => Promise<void>): Promise<void> {
    return this.#closing ??= this.#turns.run(work).finally(this.#onClosed);
  }

  async #discard(): Promise<void> {
    const file = this.#file;
    await ("abort" in file && file.abort ? file.abort() : file.close());
  }
}

/** The files that a connection has open; they are closed when it ends. */
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
   * Open a file; returns the name of its handle. `open` is passed a function
   * that returns whether the connection still exists.
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
    throw new RocketRideException(`Invalid file handle: ${textOf(handle)}`);
  }

  /**
   * Close a handle that was opened in that mode; without `keep`, what was
   * written is discarded.
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

  /** Close all, and those being opened; unfinished writes are discarded. */
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

/** The connection that wanted a file has ended. */
export function unwanted(): ConnectionException {
  return new ConnectionException("Connection is closed");
}

function earlierFailure(): RocketRideException {
  return new RocketRideException("An earlier write to the file failed");
}

function wrongMode(purpose: string): RocketRideException {
  return new RocketRideException(`File handle is not open for ${purpose}`);
}
