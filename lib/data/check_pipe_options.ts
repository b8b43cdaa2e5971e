import { NAMED_LANES, parseMediaType } from "../protocol/media_type.ts";
import type { PipeOptions } from "./pipe_options.ts";

/** What the official clients call them, and what they are called here. */
export const MISNAMED: Readonly<Record<string, string>> = {
  mimetype: "mimeType",
};

/** A type and a subtype; what comes after them is the engine's affair. */
const MEDIA_TYPE = /^\s*[^\s/;,]+\/[^\s/;,]+\s*(;|$)/;

/**
 * Look at what the caller said of an object. What a source says of itself is
 * not looked at: a server's sloppy header is no mistake of the caller's.
 *
 * @throws {TypeError} `mimeType` is none or names a lane that does not exist, or
 * `objinfo` is no object.
 * @throws {RangeError} There is no such `framing`.
 */
export function checkPipeOptions(options: PipeOptions): void {
  const { mimeType, objinfo, framing } = options;
  // A file of a type that nobody knows says so with an empty text.
  const given = mimeType ?? "";
  if (given !== "" && !MEDIA_TYPE.test(String(given))) {
    throw new TypeError(
      `Cannot use the media type ${JSON.stringify(mimeType)}: ` +
        'expected one such as "text/plain"',
    );
  }
  const { essence } = parseMediaType(String(given));
  const lane = essence.startsWith("lane/") ? essence.slice(5) : undefined;
  if (lane !== undefined && !NAMED_LANES.includes(lane)) {
    throw new TypeError(
      `Cannot use the media type ${JSON.stringify(mimeType)}: ` +
        `expected one of the lanes ${NAMED_LANES.join(", ")}`,
    );
  }
  if (typeof (objinfo ?? {}) !== "object" || Array.isArray(objinfo)) {
    throw new TypeError("Expected objinfo to be an object, such as { name }");
  }
  if (!["auto", "chunk"].includes(framing ?? "auto")) {
    throw new RangeError(
      `Cannot use framing "${framing}": expected "auto" or "chunk"`,
    );
  }
}
