import { randomUUID, typeName } from "../bytes.ts";
import { ignore, type MaybeSignal } from "../async.ts";
import {
  type Content,
  contentOf,
  type FilePlace,
  type FileStream,
  streamContent,
} from "./file_content.ts";
import { discard } from "./source.ts";
import type { mediaTypeOfName } from "./media_type_of_name.ts";
import {
  checkPipeOptions,
  type ObjectDetails,
  type PipeSource,
  UNKNOWN_TYPE,
  withoutNothing,
} from "./options.ts";
import { forEachPooled } from "./pooled.ts";

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

/** What an entry may specify about its file. */
export interface FileDetails {
  /**
   * The description of the object. A `size` must be that of the
   * content: fewer or more bytes are an error of this file.
   *
   * @default {its name and size}
   */
  readonly objinfo?: ObjectDetails | null | undefined;
  /**
   * The media type; it decides the lane, and how the file is cut.
   *
   * @default {the file's own, else that of its name's extension, else `application/octet-stream`}
   */
  readonly mimeType?: string | null | undefined;
  /** The same as `mimeType`, as the official SDKs spell it. */
  readonly mimetype?: string | null | undefined;
  /** Aborts the upload of this file alone. */
  readonly signal?: AbortSignal | null | undefined;
}

/** A file with its details. */
export interface FileEntry extends FileDetails {
  /** The file, or where it is. */
  readonly file: Blob | FilePlace;
  /** Its name. @default {the file's own} */
  readonly name?: string | undefined;
}

/** A file that is made while it is sent. */
export interface StreamEntry extends FileDetails {
  /** Its name. */
  readonly name: string;
  /** Its content, or a function that begins it anew for every attempt. */
  readonly stream: FileStream | (() => FileStream | Promise<FileStream>);
  /** Bytes in all, if that is known; fewer or more are an error of this file. */
  readonly size?: number | undefined;
}

/** A file, its description and its media type. */
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

/** A file that was checked and not opened. */
export interface FileItem {
  /** Its path or name, as it was given. */
  readonly filepath: string;
  /** The description of the object; the same at every attempt. */
  readonly objinfo: ObjectDetails;
  /** Bytes in all, where that is known beforehand. */
  readonly size?: number | undefined;
  /** Bytes in all, as the caller has declared. */
  readonly declaredSize?: number | undefined;
  /** Aborts the upload of this file. */
  readonly signal?: AbortSignal | null | undefined;
  /** Whether it can be read more than once. */
  readonly repeatable: boolean;
  /** Where it is, if it is in the file system. */
  readonly path?: string | URL | undefined;
  /** Begin to read it. */
  open(signal: MaybeSignal): Promise<OpenedItem>;
}

/** A file, about to be read. */
export interface OpenedItem {
  readonly source: PipeSource;
  readonly mimeType: string;
  /** Its size when it was opened, if the source has none. */
  readonly size: number | undefined;
}

/** Check an input; throws if it is a file in none of the forms. */
export function fileItem(input: FileInput): FileItem {
  if (Array.isArray(input)) {
    const [file, objinfo, mimeType] = input;
    return item(contentOf(file), { objinfo, mimeType });
  }
  // Anything else is refused as no file.
  const isEntry = typeof input === "object" && input !== null &&
    !(input instanceof Blob);
  if (!isEntry || !("file" in input || "stream" in input)) {
    return item(contentOf(input as Blob), {});
  }
  const { name } = input;
  if (name !== undefined && typeof name !== "string") {
    throw new TypeError(
      `Cannot use a value of type ${typeName(name)} as the name of a file`,
    );
  }
  const content = "file" in input
    ? contentOf(input.file, name)
    : streamContent(name, input.stream, input.size);
  return item(content, input);
}

function item(content: Content, details: FileDetails): FileItem {
  const { name, relativePath } = content;
  const { objinfo, signal } = details;
  const given = details.mimeType ?? details.mimetype ?? undefined;
  checkPipeOptions({ mimeType: given, objinfo: objinfo ?? undefined });
  const known = withoutNothing(objinfo);
  const declaredSize = content.declaredSize ??
    (Number.isSafeInteger(known.size) ? known.size : undefined);
  const size = content.size ?? declaredSize;
  return {
    ...content,
    objinfo: {
      name,
      ...(relativePath ? { path: relativePath } : {}),
      objectId: randomUUID(),
      ...known,
    },
    size,
    declaredSize,
    signal,
    async open(abort): Promise<OpenedItem> {
      const { source, ...opened } = await content.open(abort);
      try {
        const says = given || opened.mimeType;
        const mimeType = says || await typeOf(name) || UNKNOWN_TYPE;
        return { source, mimeType, size: opened.size ?? size };
      } catch (error) {
        discard(source, error).catch(ignore);
        throw error;
      }
    },
  };
}

let table: { readonly mediaTypeOfName: typeof mediaTypeOfName } | undefined;

/** The table of names is large, and loaded when the first is looked up. */
async function typeOf(name: string): Promise<string> {
  // Repeated imports take time as well.
  table ??= await import("./media_type_of_name.ts");
  return await table.mediaTypeOfName(name);
}

/** How many paths are checked at the same time. */
const CONCURRENCY = 16;

/** Verify that every path exists and is a file. */
export async function checkPaths(
  items: readonly FileItem[],
  signal: MaybeSignal,
): Promise<void> {
  const paths = items.flatMap(({ path }) => path === undefined ? [] : [path]);
  if (paths.length === 0) return;
  const { statFile } = await import("../runtime/files.ts");
  const missing = new AbortController();
  await forEachPooled({
    values: paths,
    concurrency: CONCURRENCY,
    signal,
    ended: missing.signal,
    act: (path) => statFile(path).then(ignore, (it) => missing.abort(it)),
  });
  missing.signal.throwIfAborted();
}
