import type { MaybeSignal } from "../async.ts";
import { typeName } from "../bytes.ts";
import { ValidationException } from "../errors.ts";
import { fetchPlace, shownPlace, unescaped } from "../fetch_place.ts";
import { type PipeChunk, type PipeSource, UNKNOWN_TYPE } from "./options.ts";
import { isAsyncIterable } from "./source.ts";

/** The content of a file, the same for all forms of input. */
export interface Content {
  readonly filepath: string;
  readonly name: string;
  /** Its path below the folder that the user has chosen, if there is one. */
  readonly relativePath?: string | undefined;
  /** Bytes in all, where that is known before it is opened. */
  readonly size?: number | undefined;
  /** Bytes in all, as the caller has declared. */
  readonly declaredSize?: number | undefined;
  readonly repeatable: boolean;
  /** The place, if it is in the file system. */
  readonly path?: string | URL | undefined;
  /** Begin to read. */
  open(signal: MaybeSignal): Promise<OpenedContent>;
}

/** Content that is about to be read. */
export interface OpenedContent {
  readonly source: PipeSource;
  /** What the content says of itself. */
  readonly mimeType?: string | undefined;
  /** Its size when it was opened, if the source has none. */
  readonly size?: number | undefined;
}

/** The content of a `Blob`, of a path or of a URL. */
export function contentOf(file: Blob | FilePlace, name?: string): Content {
  if (file instanceof Blob) return blobContent(file, name);
  if (!isPlace(file)) {
    throw new TypeError(
      `Cannot upload a value of type ${typeName(file)}: expected a file`,
    );
  }
  const content = placeContent(file);
  return name === undefined ? content : { ...content, name };
}

function blobContent(blob: Blob, given: string | undefined): Content {
  const { name: own, webkitRelativePath: relativePath } = blob as Partial<File>;
  // Files that were made of a descriptor may have a name of any type.
  const name = given ?? (typeof own === "string" ? own : "");
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
    open: () => Promise.resolve({ source: blob, mimeType: blob.type }),
  };
}

/** The content of a stream, or of a function that makes one. */
export function streamContent(
  name: string | undefined,
  stream: FileStream | (() => FileStream | Promise<FileStream>),
  size: number | undefined,
): Content {
  if (!name) throw new TypeError("Cannot upload a stream without a name");
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError(
      `Cannot use size ${size} of "${name}": expected bytes`,
    );
  }
  function checked(stream: FileStream): FileStream {
    if (stream instanceof ReadableStream || isAsyncIterable(stream)) {
      return stream;
    }
    throw new TypeError(
      `Cannot read "${name}" from a value of type ${typeName(stream)}: ` +
        "expected a stream",
    );
  }
  const isFactory = typeof stream === "function";
  if (!isFactory) checked(stream);
  return {
    filepath: name,
    name,
    declaredSize: size,
    repeatable: isFactory,
    async open(): Promise<OpenedContent> {
      return { source: checked(isFactory ? await stream() : stream) };
    },
  };
}

/** Check whether a value is the path or URL of a file. */
export function isPlace(value: unknown): value is FilePlace {
  return typeof value === "string" || value instanceof URL;
}

/** The content of a path or a URL; nothing is read yet. */
function placeContent(place: FilePlace): Content {
  if (place === "") throw new TypeError("Cannot upload a file without a path");
  const repeatable = true;
  const path = String(place);
  if (typeof place === "string" || place.protocol === "file:") {
    return {
      filepath: path,
      name: lastPart(place),
      path: place,
      repeatable,
      async open(): Promise<OpenedContent> {
        const { openFile } = await import("../runtime/files.ts");
        const { stream, size } = await openFile(place);
        return { source: stream, size };
      },
    };
  }
  const { protocol } = place;
  if (/^(https?|data|blob):$/.test(protocol)) {
    return {
      filepath: protocol === "data:" ? protocol : path,
      name: lastPart(place),
      repeatable,
      async open(signal): Promise<OpenedContent> {
        const source = await fetchPlace(place, signal);
        const type = source.headers.get("content-type") ?? "";
        // Servers send this type for every file of an unknown type.
        const isUnknown = type.startsWith(UNKNOWN_TYPE);
        return { source, mimeType: isUnknown ? "" : type };
      },
    };
  }
  throw new ValidationException(
    `Cannot read "${
      shownPlace(place)
    }": addresses of "${protocol}" are not supported`,
    { code: "not-supported" },
  );
}

/** The last part of a path or a URL, without percent-encoding. */
function lastPart(place: FilePlace): string {
  if (typeof place === "string") return partOf(place);
  if (place.protocol === "data:") return "data";
  return unescaped(partOf(place.pathname)) || place.host;
}

/** The last part of a path that is not empty. */
function partOf(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? "";
}

/**
 * A path, on runtimes that have files (a text is always a path); or a URL:
 * `file:` like a path, `http:`, `https:`, `data:` and `blob:` by `fetch`.
 */
export type FilePlace = string | URL;

/** What is read once, chunk by chunk. */
export type FileStream = ReadableStream<PipeChunk> | AsyncIterable<PipeChunk>;
