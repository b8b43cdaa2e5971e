import type { ObjectDetails, PipeChunk } from "../data/pipe_options.ts";

/** A `Blob` that has a name, as a `File` does. */
export interface NamedBlob extends Blob {
  /** Its name; the last part of a path. */
  readonly name: string;
}

/**
 * A `Blob` that is read from a file when it is needed, as `Bun.file` makes it.
 * It has the path as its name, unless it was made of a descriptor; then give
 * `{ file, name }`.
 */
export interface BlobOfFile extends Blob {
  /** Its path. */
  readonly name?: string | undefined;
  /** Whether the file is there. */
  exists(): Promise<boolean>;
}

/**
 * A path, on runtimes that have files (a text is always a path); or a URL:
 * `file:` like a path, `http:`, `https:`, `data:` and `blob:` by `fetch`.
 */
export type FilePlace = string | URL;

/** What every form with members of its own may say about a file. */
export interface FileDetails {
  /**
   * What the engine is told about the object. A `size` must be that of the
   * content: fewer or more bytes are an error of this file.
   *
   * @default {its name and size}
   */
  readonly objinfo?: ObjectDetails | null | undefined;
  /**
   * The media type; it decides the lane, and how the file is cut.
   *
   * @default {what the file says of itself, else what its name ends with says, else `application/octet-stream`}
   */
  readonly mimeType?: string | null | undefined;
  /** The same as `mimeType`, as the official SDKs spell it. */
  readonly mimetype?: string | null | undefined;
  /** Gives this file up, and no other. */
  readonly signal?: AbortSignal | null | undefined;
}

/** A file with something to say about it. */
export interface FileEntry extends FileDetails {
  /** The file, or where it is. */
  readonly file: Blob | FilePlace;
  /** Its name. @default {the file's own} */
  readonly name?: string | undefined;
}

/** What is read once, chunk by chunk. */
export type FileStream = ReadableStream<PipeChunk> | AsyncIterable<PipeChunk>;

/** A file that is made while it is sent. */
export interface StreamEntry extends FileDetails {
  /** Its name. */
  readonly name: string;
  /** Its content, or a function that begins it anew for every attempt. */
  readonly stream: FileStream | (() => FileStream | Promise<FileStream>);
  /** Bytes in all, if that is known; fewer or more are an error of this file. */
  readonly size?: number | undefined;
}

/** A file, what the engine is told about it, and its media type. */
export type FileTuple = readonly [
  file: Blob | FilePlace,
  objinfo?: ObjectDetails | null | undefined,
  mimeType?: string | null | undefined,
];

/** A file in any of the forms that `sendFiles` and `uploadFiles` take. */
export type FileInput =
  | NamedBlob
  | BlobOfFile
  | FilePlace
  | FileEntry
  | StreamEntry
  | FileTuple;

/** Any number of files: a list, or what gives one after the other. */
export type FileInputs = Iterable<FileInput> | AsyncIterable<FileInput>;
