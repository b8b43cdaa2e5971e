import { ignore, type MaybeSignal } from "../async.ts";
import { ValidationException } from "../errors.ts";
import { fetchPlace, shownPlace, unescaped } from "../fetch_place.ts";
import { UNKNOWN_TYPE } from "./media_type_of_name.ts";
import type { PipeChunk, PipeSource } from "./options.ts";
import { isDestroyable } from "./source.ts";

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
  open(signal: MaybeSignal): Promise<{
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

/** Check whether a value is the path or URL of a file. */
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

/** What can be fetched. */
const FETCHED: ReadonlySet<string> = new Set([
  "http:",
  "https:",
  "data:",
  "blob:",
]);

/** A place, and how what is there is read. */
interface Place {
  /** The place, as it was given. */
  readonly filepath: string;
  /** The last part of it. */
  readonly name: string;
  /** The place, if it is in the file system. */
  readonly path?: string | URL;
  /** Begin to read what is there. */
  open(signal: MaybeSignal): Promise<{
    readonly source: PipeSource;
    readonly mimeType?: string | undefined;
    readonly size?: number | undefined;
  }>;
}

/** Look at a place; nothing is read yet. */
export function openPlace(place: FilePlace): Place {
  if (place === "") throw new TypeError("Cannot upload a file without a path");
  if (typeof place === "string" || place.protocol === "file:") {
    return {
      filepath: String(place),
      name: lastPart(place),
      path: place,
      async open(): Promise<{ source: PipeSource; size: number }> {
        const { openFile } = await import("../runtime/files.ts");
        const { stream, size } = await openFile(place);
        return { source: stream, size };
      },
    };
  }
  if (FETCHED.has(place.protocol)) {
    return {
      filepath: place.protocol === "data:" ? "data:" : place.href,
      name: lastPart(place),
      open: (signal) => fetched(place, signal),
    };
  }
  throw new ValidationException(
    `Cannot read "${
      shownPlace(place)
    }": addresses of "${place.protocol}" are not supported`,
    { code: "not-supported" },
  );
}

async function fetched(
  url: URL,
  signal: MaybeSignal,
): Promise<{ source: Response; mimeType: string | undefined }> {
  const response = await fetchPlace(url, signal);
  const type = response.headers.get("content-type") ?? "";
  // Servers say so of whatever they do not know.
  const says = type !== "" && !type.startsWith(UNKNOWN_TYPE);
  return { source: response, mimeType: says ? type : undefined };
}

/** The last part of a place, as its author would write it. */
function lastPart(place: FilePlace): string {
  if (typeof place === "string") return partOf(place);
  if (place.protocol === "data:") return "data";
  return unescaped(partOf(place.pathname)) || place.host;
}

/** What is behind the last separator that something stands behind. */
function partOf(path: string): string {
  let end = path.length;
  while (end > 0 && isSeparator(path[end - 1])) end--;
  let start = end;
  while (start > 0 && !isSeparator(path[start - 1])) start--;
  return path.slice(start, end);
}

function isSeparator(sign: string | undefined): boolean {
  return sign === "/" || sign === "\\";
}

/** Cancel an unread source. */
export function letGo(source: PipeSource, reason: unknown): void {
  cancel(source, reason).catch(ignore);
}

async function cancel(source: PipeSource, reason: unknown): Promise<void> {
  if (source instanceof Response) await source.body?.cancel(reason);
  else if (source instanceof ReadableStream) await source.cancel(reason);
  else if (typeof source === "object" && Symbol.asyncIterator in source) {
    // An iterator of a stream of Node's does not end one that was not read.
    if (isDestroyable(source)) return void source.destroy();
    await source[Symbol.asyncIterator]().return?.();
  }
}

/**
 * A path, on runtimes that have files (a text is always a path); or a URL:
 * `file:` like a path, `http:`, `https:`, `data:` and `blob:` by `fetch`.
 */
export type FilePlace = string | URL;

/** What is read once, chunk by chunk. */
export type FileStream = ReadableStream<PipeChunk> | AsyncIterable<PipeChunk>;
