/** What is known of a place in the file system. */
export interface DiskEntry {
  /** Whether it is a regular file: no folder, device or pipe. */
  readonly isFile: boolean;
  /** Bytes, where it is a file. */
  readonly size: number;
}

/** A file that is open for reading. */
export interface DiskFile {
  /** Read on; returns the bytes that were read, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Let go of the file. */
  close(): Promise<void>;
}

/** The file system of a runtime. */
export interface Disk {
  /** Look at a place; rejects with the runtime's own error. */
  look(path: string | URL): Promise<DiskEntry>;
  /** Open a file for reading; rejects with the runtime's own error. */
  open(path: string | URL): Promise<DiskFile>;
}

/** The part of Deno's namespace that is used, in types of no runtime. */
interface DenoFiles {
  stat(path: string | URL): Promise<DiskEntry>;
  open(path: string | URL): Promise<{
    read(into: Uint8Array): Promise<number | null>;
    close(): void;
  }>;
}

/** The part of the file module of Node and Bun that is used. */
interface NodeFiles {
  stat(path: string | URL): Promise<{ isFile(): boolean; size: number }>;
  open(path: string | URL): Promise<{
    read(into: Uint8Array): Promise<{ bytesRead: number }>;
    close(): Promise<void>;
  }>;
}

/**
 * Look at a global object and give its file system: Deno's, else that of the
 * `process` of Node or Bun, else none.
 *
 * The file module is asked for by name at run time, so no bundler ever finds
 * an import that a browser could not serve.
 */
export function diskOf(scope: object): Disk | undefined {
  const { Deno, process } = scope as {
    Deno?: Partial<DenoFiles>;
    process?: { getBuiltinModule?(name: string): unknown };
  };
  if (typeof Deno?.stat === "function" && typeof Deno.open === "function") {
    return denoDisk(Deno as DenoFiles);
  }
  const files = process?.getBuiltinModule?.("node:fs/promises");
  return files ? nodeDisk(files as NodeFiles) : undefined;
}

function denoDisk(files: DenoFiles): Disk {
  return {
    look: (path) => files.stat(path),
    async open(path): Promise<DiskFile> {
      const file = await files.open(path);
      return {
        read: async (into) => await file.read(into) ?? 0,
        close: () => Promise.resolve(file.close()),
      };
    },
  };
}

function nodeDisk(files: NodeFiles): Disk {
  return {
    async look(path): Promise<DiskEntry> {
      const entry = await files.stat(path);
      return { isFile: entry.isFile(), size: entry.size };
    },
    async open(path): Promise<DiskFile> {
      const file = await files.open(path);
      return {
        read: async (into) => (await file.read(into)).bytesRead,
        close: () => file.close(),
      };
    },
  };
}
