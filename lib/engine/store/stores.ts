import { storePath, storePathBelowRoot } from "../../protocol/store_path.ts";
import type { NodeFiles } from "../node.ts";
import { type FileStore, refusal } from "./file_store.ts";
import { Files } from "./files.ts";
import { Handles } from "./handles.ts";

/** The files of all users, and who has which of them open. */
export class Stores {
  readonly #choose: (userId: string) => FileStore;
  readonly #newId: () => string;
  readonly #ofUsers: Map<string, Files> = new Map();
  /** Users who share a store share its rules. */
  readonly #ofStores: Map<FileStore, Files> = new Map();
  readonly #handles: Map<object, Handles> = new Map();
  readonly #closing: Set<Promise<void>> = new Set();

  /** `choose` gives the store of a user; it is asked once for each. */
  constructor(choose: (userId: string) => FileStore, newId: () => string) {
    this.#choose = choose;
    this.#newId = newId;
  }

  /** The files of a user. */
  filesOf(userId: string): Files {
    let files = this.#ofUsers.get(userId);
    if (files) return files;
    const store = this.#choose(userId);
    files = this.#ofStores.get(store) ?? new Files(store);
    this.#ofStores.set(store, files);
    this.#ofUsers.set(userId, files);
    return files;
  }

  /** What a connection has open. */
  handlesOf(connection: object): Handles {
    let handles = this.#handles.get(connection);
    if (!handles) {
      this.#handles.set(connection, handles = new Handles(this.#newId));
    }
    return handles;
  }

  /** A connection has ended: its handles are closed, unfinished writes are discarded. */
  release(connection: object): void {
    const handles = this.#handles.get(connection);
    if (!handles) return;
    this.#handles.delete(connection);
    const closing = handles.closeAll()
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Wait until all that was asked for is done and all files are closed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#ofStores.values()].map((it) => it.idle()));
    await Promise.all(this.#closing);
  }
}

/**
 * Let nodes use the files of a user, by the rules that clients have.
 *
 * @param files Called when a node uses them; few nodes do.
 */
export function nodeFiles(files: () => Files): NodeFiles {
  return {
    read: async (path, mostBytes) => {
      const below = storePathBelowRoot(path);
      const found = await files().read(below, mostBytes);
      if (!found) throw refusal("notFound", below);
      return found;
    },
    write: async (path, bytes) =>
      await files().write(storePathBelowRoot(path), bytes),
    remove: async (path) => await files().removeFile(storePathBelowRoot(path)),
    list: async (path) => await files().list(storePath(path)),
    makeDirectory: async (path) =>
      await files().makeDirectory(storePathBelowRoot(path)),
    stat: async (path) => await files().stat(storePath(path)),
  };
}
