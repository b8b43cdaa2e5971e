import { type ErrorCode, RocketRideException } from "../../errors.ts";

/** What there is at a path of a store. */
export type StoredThing =
  | {
    /** A file. */
    readonly type: "file";
    /** Its bytes. */
    readonly size: number;
    /** When it was last written to, in Unix seconds. */
    readonly modified: number;
  }
  | {
    /** A directory. */
    readonly type: "dir";
  };

/** Something in a directory of a store. */
export type StoredEntry = StoredThing & {
  /** Its name, without the directory. */
  readonly name: string;
};

/** A file that is open for reading. */
export interface StoredReader {
  /** Bytes that it had when it was opened. */
  readonly size: number;
  /** Read up to `length` bytes from `offset`; none at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Close the file. */
  close(): Promise<void>;
}

/** A file that is open for writing. */
export interface StoredWriter {
  /** Write all of `bytes` behind what was written before; copies them. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Keep what was written, in the place of what was there, and release the
   * file. Until then others see what was there before.
   */
  close(): Promise<void>;
  /**
   * Discard what was written and release the file: what was there before
   * stays. Called in the place of `close` when a write has failed, the client
   * gave up, or its connection ended. Stores without it are closed instead.
   */
  abort?(): Promise<void>;
}

/**
 * Where an engine keeps files: {@linkcode memoryStore},
 * {@linkcode directoryStore}, or one of yours.
 *
 * The engine has read and checked every path: names with `/` between them,
 * none of which is `.` or `..` or has a character that no name may have; the
 * root is empty. It asks for one change at a time, and has looked before it
 * asks: it opens for writing only what is no directory, removes and renames
 * only what is there, never onto something else, and never what somebody
 * writes to. Failures are told to clients by their message.
 */
export interface FileStore {
  /** What there is at a path; `undefined` when there is nothing. */
  look(path: string): Promise<StoredThing | undefined>;
  /** What is in a directory, in any order. */
  list(path: string): Promise<readonly StoredEntry[]>;
  /** Open a file for reading. */
  read(path: string): Promise<StoredReader>;
  /**
   * Open a file for new content, which replaces what is there once it is
   * closed; with the directories above it.
   */
  write(path: string): Promise<StoredWriter>;
  /** Make a directory, with those above it; or leave it as it is. */
  makeDirectory(path: string): Promise<void>;
  /**
   * Remove a file or a directory; a directory that is not empty only where
   * `recursive` says so.
   */
  remove(path: string, recursive: boolean): Promise<void>;
  /** Give a file or a directory another path, whose directory is there. */
  rename(from: string, to: string): Promise<void>;
}

/** Why a path cannot be used. */
export type Refusal =
  | "notFound"
  | "notAFile"
  | "notADirectory"
  | "alreadyExists"
  | "notEmpty"
  | "beingWritten"
  | "inUse"
  | "badPath";

const REFUSALS: Readonly<Record<Refusal, readonly [ErrorCode, string]>> = {
  notFound: ["file-not-found", "File not found"],
  notAFile: ["file-not-readable", "Not a file"],
  notADirectory: ["file-not-readable", "Not a directory"],
  alreadyExists: ["file-exists", "Already exists"],
  notEmpty: ["folder-not-empty", "Directory not empty"],
  beingWritten: ["file-busy", "Open for writing"],
  inUse: ["file-busy", "In use"],
  badPath: ["invalid-path", "Invalid path"],
};

/** The exception for a path that cannot be used. */
export function refusal(
  kind: Refusal,
  path: string,
  why?: string,
): RocketRideException {
  const [code, text] = REFUSALS[kind];
  const reason = why === undefined ? "" : `: ${why}`;
  return new RocketRideException(`${text}: ${path || "/"}${reason}`, { code });
}
