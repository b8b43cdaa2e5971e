import { RocketRideException } from "../../errors.ts";

/** What Node's file module tells of a place. */
export interface DiskEntry {
  /** Whether it is a regular file. */
  isFile(): boolean;
  /** Whether it is a directory. */
  isDirectory(): boolean;
  /** Bytes. */
  readonly size: number;
  /** Its kind and permissions. */
  readonly mode: number;
  /** When it was last written to, in milliseconds. */
  readonly mtimeMs: number;
}

/** An open file of Node's file module. */
export interface DiskFile {
  /** Read into a buffer. */
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  /** Write on. */
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): Promise<{ readonly bytesWritten: number }>;
  /** Wait until all that was written is on the disk. */
  sync(): Promise<void>;
  /** Look at it. */
  stat(): Promise<DiskEntry>;
  /** Let go of it. */
  close(): Promise<void>;
}

/** The part of Node's file module that is used, in types of no runtime. */
export interface Disk {
  /** Numbers of the platform; what it does not have is missing. */
  readonly constants: Readonly<Record<string, number | undefined>>;
  /** Set the permissions of a file. */
  chmod(path: string, mode: number): Promise<void>;
  /** Look at a place, not through a link. */
  lstat(path: string): Promise<DiskEntry>;
  /** Make a directory. */
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  /** Open a file; `mode` is for one that is made. */
  open(path: string, flags: number, mode?: number): Promise<DiskFile>;
  /** List a directory. */
  readdir(path: string): Promise<string[]>;
  /** Follow all links. */
  realpath(path: string | URL): Promise<string>;
  /** Give something another path, in the place of a file that is there. */
  rename(from: string, to: string): Promise<void>;
  /** Remove something with everything in it; links are not followed. */
  rm(path: string, options: { recursive: true }): Promise<void>;
  /** Remove an empty directory. */
  rmdir(path: string): Promise<void>;
  /** Remove a file. */
  unlink(path: string): Promise<void>;
}

/**
 * The file system of Deno, Node or Bun.
 *
 * The module is asked for by name at run time, so that no bundler ever finds
 * an import that a browser or a Worker could not serve.
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

/** Tell whether an error of the file module is one of those. */
export function isDiskError(error: unknown, ...codes: string[]): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return codes.includes(code as string);
}
