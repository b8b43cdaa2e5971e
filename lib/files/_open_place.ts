import type { PipeSource } from "../data/pipe_options.ts";
import { fetchPlace, shownPlace } from "../fetch_place.ts";
import { ValidationException } from "../errors.ts";
import { UNKNOWN_TYPE } from "./_media_type_of_name.ts";
import type { FilePlace } from "./file_input.ts";

/** What can be fetched. */
const FETCHED: ReadonlySet<string> = new Set([
  "http:",
  "https:",
  "data:",
  "blob:",
]);

/** A place, and how what is there is read. */
export interface Place {
  /** The place, as it was given. */
  readonly filepath: string;
  /** The last part of it. */
  readonly name: string;
  /** The place, if it is in the file system. */
  readonly path?: string | URL;
  /** Begin to read what is there. */
  open(signal: AbortSignal): Promise<{
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
  signal: AbortSignal,
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
  const part = partOf(place.pathname);
  try {
    return decodeURIComponent(part) || place.host;
  } catch {
    return part; // not every address is well-formed
  }
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
