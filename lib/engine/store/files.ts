import { ignore } from "../../async.ts";
import {
  type FileStore,
  refusal,
  type StoredEntry,
  type StoredReader,
  type StoredThing,
  type StoredWriter,
} from "./file_store.ts";
import { InTurn, type Mode, OpenFile, unwanted } from "./handles.ts";

/** A file that a client has open. */
interface Entry {
  path: string;
  readonly file: OpenFile;
}

/** What {@linkcode Files.read} returns. */
export interface FileContent {
  /** The bytes that were wanted. */
  readonly bytes: Uint8Array;
  /** How many the file has. */
  readonly size: number;
}

/**
 * The rules of the store on top of whatever keeps the files: who
 * may open what, what may be removed and renamed. One change after the other,
 * so that what was looked at is still so when it is acted on.
 */
export class Files {
  readonly #store: FileStore;
  readonly #changes: InTurn = new InTurn();
  readonly #open: Set<Entry> = new Set();

  /** Make the rules of a store; there must be one of them a store. */
  constructor(store: FileStore) {
    this.#store = store;
  }

  /**
   * Open a file for reading, or make or empty it for writing. If the caller has
   * given up meanwhile, it is closed before anything else happens.
   */
  open(
    path: string,
    mode: Mode,
    isWanted: () => boolean,
  ): Promise<{ readonly file: OpenFile; readonly size: number }> {
    return this.#changes.run(async () => {
      if (!isWanted()) throw unwanted();
      let file: OpenFile;
      let size = 0;
      if (mode === "w") {
        file = await this.#openToWrite(path);
      } else {
        await this.#requireFile(path);
        const reader = await this.#store.read(path);
        file = this.#register(path, reader);
        size = reader.size;
      }
      if (isWanted()) return { file, size };
      await file.abort();
      throw unwanted();
    });
  }

  /** What there is at a path. */
  stat(path: string): Promise<StoredThing | undefined> {
    return this.#changes.run(() => this.#store.look(path));
  }

  /** What is in a directory, by name; nothing in one that is not there. */
  list(path: string): Promise<readonly StoredEntry[]> {
    return this.#changes.run(async () => {
      const found = await this.#store.look(path);
      if (!found) return [];
      if (found.type === "file") throw refusal("notADirectory", path);
      const entries = [...await this.#store.list(path)];
      return entries.sort((a, b) => a.name < b.name ? -1 : 1);
    });
  }

  /** Make a directory, with those above it. */
  makeDirectory(path: string): Promise<void> {
    return this.#changes.run(async () => {
      await this.#requireUnwritten(path);
      const found = await this.#store.look(path);
      if (found?.type === "file") throw refusal("alreadyExists", path);
      if (found) return;
      await this.#requireDirectoryAbove(path);
      await this.#store.makeDirectory(path);
    });
  }

  /** Remove a file. */
  removeFile(path: string): Promise<void> {
    return this.#changes.run(async () => {
      await this.#requireUnwritten(path);
      await this.#requireFile(path);
      await this.#store.remove(path, false);
    });
  }

  /** Remove a directory; one that is not there is as good as removed. */
  removeDirectory(path: string, recursive: boolean): Promise<void> {
    return this.#changes.run(async () => {
      const found = await this.#store.look(path);
      if (!found) return;
      if (found.type === "file") throw refusal("notADirectory", path);
      const open = await this.#findOpen((it) => isWithin(path, it.path));
      if (open) throw refusal("inUse", open.path);
      await this.#store.remove(path, recursive);
    });
  }

  /** Give a file or a directory another path, which must be free. */
  rename(from: string, to: string): Promise<void> {
    return this.#changes.run(async () => {
      await this.#requireUnwritten(from);
      await this.#requireUnwritten(to);
      if (!await this.#store.look(from)) throw refusal("notFound", from);
      if (await this.#store.look(to)) throw refusal("alreadyExists", to);
      if (isWithin(from, to)) {
        throw refusal("badPath", to, `it is inside ${from}`);
      }
      const written = await this.#findOpen(({ path, file }) =>
        file.mode === "w" && isWithin(from, path)
      );
      if (written) throw refusal("beingWritten", written.path);
      await this.#requireDirectoryAbove(to);
      const above = to.slice(0, Math.max(0, to.lastIndexOf("/")));
      if (above !== "") await this.#store.makeDirectory(above);
      await this.#store.rename(from, to);
      for (const open of this.#open) {
        if (!isWithin(from, open.path)) continue;
        open.path = to + open.path.slice(from.length);
      }
    });
  }

  /** Read a file, or its first bytes; `undefined` if it is not there. */
  read(
    path: string,
    mostBytes: number = Infinity,
  ): Promise<FileContent | undefined> {
    return this.#changes.run(async () =>
      await this.#hasFile(path) ? await this.#read(path, mostBytes) : undefined
    );
  }

  /** Make a file, or replace its content. */
  write(path: string, bytes: Uint8Array): Promise<void> {
    return this.#changes.run(() => this.#write(path, bytes));
  }

  /**
   * Replace the content of a file by what `change` makes of it, without
   * another change in between; a file that is not there is `undefined`.
   */
  update(
    path: string,
    change: (
      before: Uint8Array | undefined,
    ) => Promise<Uint8Array | "remove">,
  ): Promise<void> {
    return this.#changes.run(async () => {
      await this.#requireUnwritten(path);
      const before = await this.#hasFile(path)
        ? await this.#read(path)
        : undefined;
      const after = await change(before?.bytes);
      if (after === "remove") return await this.#store.remove(path, false);
      await this.#write(path, after);
    });
  }

  /** Wait until all that was asked for is done. */
  idle(): Promise<void> {
    return this.#changes.run(() => Promise.resolve());
  }

  async #read(
    path: string,
    mostBytes: number = Infinity,
  ): Promise<FileContent> {
    const reader = await this.#store.read(path);
    try {
      const { size } = reader;
      const bytes = new Uint8Array(Math.min(size, mostBytes));
      let at = 0;
      while (at < bytes.length) {
        const part = await reader.read(at, bytes.length - at);
        if (part.length === 0) break;
        bytes.set(part, at);
        at += part.length;
      }
      return { bytes: bytes.subarray(0, at), size };
    } finally {
      await reader.close();
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#openToWrite(path);
    try {
      await file.write(bytes);
    } catch (error) {
      await file.abort();
      throw error;
    }
    await file.close();
  }

  async #openToWrite(path: string): Promise<OpenFile> {
    await this.#requireUnwritten(path);
    if (!await this.#hasFile(path)) await this.#requireDirectoryAbove(path);
    return this.#register(path, await this.#store.write(path));
  }

  #register(path: string, file: StoredReader | StoredWriter): OpenFile {
    const open = new OpenFile(file, () => this.#open.delete(entry));
    const entry = { path, file: open };
    this.#open.add(entry);
    return open;
  }

  async #requireUnwritten(path: string): Promise<void> {
    if (await this.#isWritten(path)) throw refusal("beingWritten", path);
  }

  async #isWritten(path: string): Promise<boolean> {
    const open = await this.#findOpen((it) =>
      it.file.mode === "w" && it.path === path
    );
    return open !== undefined;
  }

  /** Find an open file; one that is being closed is waited for. */
  async #findOpen(
    matches: (entry: Entry) => boolean,
  ): Promise<Entry | undefined> {
    for (const entry of [...this.#open].filter(matches)) {
      if (!entry.file.closing) return entry;
      await entry.file.closing.catch(ignore);
    }
    return undefined;
  }

  async #requireFile(path: string): Promise<void> {
    if (!await this.#hasFile(path)) throw refusal("notFound", path);
  }

  async #hasFile(path: string): Promise<boolean> {
    const found = await this.#store.look(path);
    if (found?.type === "dir") throw refusal("notAFile", path);
    return found !== undefined;
  }

  /**
   * A file cannot be a directory as well, nor can one that is not there until
   * its writer closes it.
   */
  async #requireDirectoryAbove(path: string): Promise<void> {
    for (
      let at = path.lastIndexOf("/");
      at > 0;
      at = path.lastIndexOf("/", at - 1)
    ) {
      const above = path.slice(0, at);
      if (await this.#isWritten(above)) throw refusal("notADirectory", above);
      const found = await this.#store.look(above);
      if (found?.type === "file") throw refusal("notADirectory", above);
      if (found) return;
    }
  }
}

/** Whether a path is a directory's, or that of something below it. */
function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
