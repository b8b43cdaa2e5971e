import type { PipeSource } from "../data/pipe_options.ts";
import { openPlace } from "./_open_place.ts";
import type { FilePlace, FileStream } from "./file_input.ts";

/** What all forms of a file come down to. */
export interface Content {
  readonly filepath: string;
  readonly name: string;
  /** Its place among its fellows, for files out of a chosen folder. */
  readonly relativePath?: string | undefined;
  /** Bytes that it has, where that is known before it is opened. */
  readonly size?: number | undefined;
  /** Bytes that it is said to have. */
  readonly declaredSize?: number | undefined;
  readonly repeatable: boolean;
  readonly path?: string | URL | undefined;
  /** Begin to read; `mimeType` is what the content says of itself. */
  open(signal: AbortSignal): Promise<{
    readonly source: PipeSource;
    readonly mimeType?: string | undefined;
    readonly size?: number | undefined;
  }>;
}

/** The content of a file that is there already, or of a place. */
export function contentOf(file: Blob | FilePlace, name?: string): Content {
  if (file instanceof Blob) return blobContent(file, name);
  if (!isPlace(file)) {
    throw new TypeError(`Cannot upload ${kindOf(file)}: expected a file`);
  }
  return {
    ...openPlace(file),
    ...(name === undefined ? {} : { name }),
    repeatable: true,
  };
}

function blobContent(blob: Blob, given?: string): Content {
  const own = textOf(blob, "name");
  const relativePath = textOf(blob, "webkitRelativePath");
  const name = given ?? own;
  if (!name) {
    throw new TypeError(
      "Cannot upload a Blob without a name: give { file, name }",
    );
  }
  return {
    filepath: given ?? (relativePath || name),
    name,
    relativePath,
    size: blob.size,
    repeatable: true,
    open: () =>
      Promise.resolve({ source: blob, mimeType: blob.type || undefined }),
  };
}

/** The content of a file that is made while it is sent. */
export function streamContent(
  name: string,
  stream: FileStream | (() => FileStream | Promise<FileStream>),
  size: number | undefined,
): Content {
  if (!checkedName(name)) {
    throw new TypeError("Cannot upload a stream without a name");
  }
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError(
      `Cannot use size ${size} of "${name}": expected bytes`,
    );
  }
  const made = typeof stream === "function";
  if (!made) checkStream(stream, name);
  return {
    filepath: name,
    name,
    declaredSize: size,
    repeatable: made,
    async open(): Promise<{ source: PipeSource }> {
      const source = made ? await stream() : stream;
      checkStream(source, name);
      return { source };
    },
  };
}

function checkStream(stream: unknown, name: string): void {
  const readable = stream instanceof ReadableStream ||
    typeof stream === "object" && stream !== null &&
      Symbol.asyncIterator in stream;
  if (readable) return;
  throw new TypeError(
    `Cannot read "${name}" from ${kindOf(stream)}: expected a stream`,
  );
}

/** A name, if there is one. */
export function checkedName(name: string | undefined): string | undefined {
  if (name === undefined || typeof name === "string") return name;
  throw new TypeError(`Cannot use ${kindOf(name)} as the name of a file`);
}

/** Tell whether a value says where a file is. */
export function isPlace(value: unknown): value is FilePlace {
  return typeof value === "string" || value instanceof URL;
}

function textOf(blob: Blob, member: string): string | undefined {
  const value = (blob as unknown as Record<string, unknown>)[member];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What to call a value that is not what was expected. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a value of type ${typeof value}`;
  return `an object of type ${value.constructor?.name ?? "Object"}`;
}
