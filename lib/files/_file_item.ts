import { checkPipeOptions } from "../data/check_pipe_options.ts";
import type { ObjectDetails, PipeSource } from "../data/pipe_options.ts";
import {
  checkedName,
  type Content,
  contentOf,
  isPlace,
  kindOf,
  streamContent,
} from "./_content.ts";
import { letGo } from "./_let_go.ts";
import { mediaTypeOfName } from "./_media_type_of_name.ts";
import type { FileDetails, FileInput } from "./file_input.ts";

/** A file, looked at but not opened. */
export interface FileItem {
  /** Its path or name, as it was given. */
  readonly filepath: string;
  /** What the engine is told; the same at every attempt. */
  readonly objinfo: ObjectDetails;
  /** Bytes in all, where that is known beforehand. */
  readonly size: number | undefined;
  /** Bytes in all, as the caller has declared. */
  readonly declaredSize: number | undefined;
  /** Gives this file up. */
  readonly signal: AbortSignal | null | undefined;
  /** Whether it can be read more than once. */
  readonly repeatable: boolean;
  /** Where it is, if it is in the file system. */
  readonly path: string | URL | undefined;
  /** Begin to read it. */
  open(signal: AbortSignal): Promise<OpenedItem>;
}

/** A file, about to be read. */
export interface OpenedItem {
  readonly source: PipeSource;
  readonly mimeType: string;
  /** Bytes that it had when it was opened, where the source does not tell. */
  readonly size: number | undefined;
}

/** Look at what was given; throws where it is no file in any form. */
export function fileItem(input: FileInput): FileItem {
  if (Array.isArray(input)) {
    const [file, objinfo, mimeType] = input;
    return item(contentOf(file), { objinfo, mimeType });
  }
  if (isPlace(input) || input instanceof Blob) {
    return item(contentOf(input), {});
  }
  if (typeof input === "object" && input !== null) {
    if ("file" in input) {
      return item(contentOf(input.file, checkedName(input.name)), input);
    }
    if ("stream" in input) {
      const { name, stream, size } = input;
      return item(streamContent(name, stream, size), input);
    }
  }
  throw new TypeError(`Cannot upload ${kindOf(input)}: expected a file`);
}

function item(content: Content, details: FileDetails): FileItem {
  const { name, relativePath, filepath, repeatable, path } = content;
  const { objinfo, signal } = details;
  const given = details.mimeType ?? details.mimetype ?? undefined;
  if (given !== undefined && typeof given !== "string") {
    throw new TypeError(
      `Cannot use ${kindOf(given)} as the media type of "${filepath}"`,
    );
  }
  checkPipeOptions({ mimeType: given });
  if (typeof (objinfo ?? {}) !== "object") {
    throw new TypeError(
      `Cannot use ${kindOf(objinfo)} as the objinfo of "${filepath}"`,
    );
  }
  const known = withoutNothing(objinfo ?? {});
  const declaredSize = content.declaredSize ??
    (Number.isSafeInteger(known.size) ? known.size : undefined);
  const size = content.size ?? declaredSize;
  return {
    filepath,
    objinfo: {
      name,
      ...(relativePath ? { path: relativePath } : {}),
      objectId: crypto.randomUUID(),
      ...known,
    },
    size,
    declaredSize,
    signal,
    repeatable,
    path,
    async open(abort): Promise<OpenedItem> {
      const { source, ...opened } = await content.open(abort);
      try {
        const says = given || opened.mimeType;
        const mimeType = says || await mediaTypeOfName(name);
        return { source, mimeType, size: opened.size ?? size };
      } catch (error) {
        letGo(source, error);
        throw error;
      }
    },
  };
}

/** Members that are absent must not hide those that are not. */
function withoutNothing(details: ObjectDetails): ObjectDetails {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => (value ?? null) !== null),
  );
}
