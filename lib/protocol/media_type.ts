/** A media type, taken apart. */
export interface MediaType {
  /** Type and subtype in lower case, without parameters. */
  readonly essence: string;
  /** The parameter `charset` in lower case, when there is one. */
  readonly charset?: string;
  /** What was parsed, unchanged. */
  readonly original: string;
}

/**
 * How a stream is cut into writes.
 *
 * - `bytes`: joined and cut anywhere
 * - `text`: joined, and cut between characters only
 * - `record`: each chunk is one whole document and one write
 * - `chunk`: each chunk is one write, whatever it holds
 */
export type Framing = "bytes" | "text" | "record" | "chunk";

/** Lanes that take one JSON document a write. */
const JSON_LANES: ReadonlySet<string> = new Set([
  "lane/questions",
  "lane/documents",
  "lane/answers",
  "lane/classifications",
]);

/** The lanes that data can be sent to by name, as `lane/…`. */
export const NAMED_LANES: readonly string[] = Object.freeze([
  "answers",
  "audio",
  "classifications",
  "documents",
  "image",
  "questions",
  "raw",
  "tag",
  "text",
  "video",
]);

/** The types of ready-made tags, whole in each write. */
const TAG_TYPES: ReadonlySet<string> = new Set([
  "application/rocketlib-tag",
  "lane/tag",
]);

/**
 * Take a media type apart.
 *
 * Never fails: what is no media type has itself as its essence.
 *
 * @param value A media type, for example `Text/CSV; charset="UTF-8"`.
 * @returns Its essence and charset.
 */
export function parseMediaType(value: string): MediaType {
  const semicolon = value.indexOf(";");
  const head = semicolon < 0 ? value : value.slice(0, semicolon);
  const essence = head.trim().toLowerCase();
  const charset = semicolon < 0
    ? undefined
    : findCharset(value.slice(semicolon));
  return charset === undefined
    ? { essence, original: value }
    : { essence, charset, original: value };
}

/** The first `charset` of a list of parameters, quoted or not. */
function findCharset(parameters: string): string | undefined {
  const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g;
  for (const [, name, quoted, plain] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() !== "charset") continue;
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain?.trim();
    if (value) return value.toLowerCase();
  }
  return undefined;
}

/**
 * Tell how data of a media type is cut into writes.
 *
 * Follows the lane that the engine chooses for the type and
 * what a write means there.
 *
 * @param mimeType The media type that the pipe is opened with.
 * @returns `text` for text, `record` for lanes of whole documents, and
 * `bytes` for everything else.
 */
export function framingOf(mimeType: string): Exclude<Framing, "chunk"> {
  const { essence } = parseMediaType(mimeType);
  if (essence.startsWith("text/") || essence === "lane/text") return "text";
  return isJsonType(essence) || TAG_TYPES.has(essence) ? "record" : "bytes";
}

/**
 * Tell whether each write of a media type must be one JSON document.
 *
 * @param mimeType The media type that the pipe is opened with.
 * @returns `true` for questions, documents, answers and classifications.
 */
export function isJsonRecord(mimeType: string): boolean {
  return isJsonType(parseMediaType(mimeType).essence);
}

function isJsonType(essence: string): boolean {
  return JSON_LANES.has(essence) ||
    essence.startsWith("application/rocketride-question");
}

/**
 * Give the payload that touches a pipe, so that the engine does not take it
 * for abandoned.
 *
 * Nothing for raw, audio, video and image lanes, and no documents for
 * `lane/documents`. On the text lane the empty text still adds a blank line
 * to the result: write what is held back instead, if there is anything.
 *
 * @param mimeType The media type that the pipe is opened with.
 * @returns Bytes of the caller's own, or `undefined` for the lanes where
 * every write counts as a document.
 */
export function keepAlivePayload(
  mimeType: string,
): Uint8Array<ArrayBuffer> | undefined {
  if (framingOf(mimeType) !== "record") return new Uint8Array(0);
  const { essence } = parseMediaType(mimeType);
  return essence === "lane/documents"
    ? Uint8Array.of(0x5b, 0x5d) // "[]"
    : undefined;
}

/**
 * Write a media type as the engine can match it.
 *
 * The engine compares case-sensitively and with parameters:
 * `Text/Plain` would go to the raw lane. So the essence becomes lower-case,
 * and parameters are dropped where the engine compares the whole, that is,
 * for `lane/…` and `application/rocketlib-tag`.
 *
 * @param mimeType A media type as the user wrote it.
 * @returns The media type for the wire.
 */
export function wireMimeType(mimeType: string): string {
  const { essence } = parseMediaType(mimeType);
  const semicolon = mimeType.indexOf(";");
  const whole = essence.startsWith("lane/") || TAG_TYPES.has(essence);
  return whole || semicolon < 0
    ? essence
    : essence + mimeType.slice(semicolon).trimEnd();
}

/**
 * The lane that a media type has of its own, which the server uses if the
 * pipeline connects it to the source.
 *
 * @param mimeType The media type on the wire; case matters.
 * @returns Its lane; `undefined` for everything that is bytes to a server.
 */
export function ownLane(mimeType: string): string | undefined {
  if (mimeType.startsWith("application/rocketride-question")) {
    return "questions";
  }
  return ["text", "image", "video", "audio"].find((lane) =>
    mimeType.startsWith(`${lane}/`)
  );
}

/**
 * The lanes of the source that data of a media type may take: the first of
 * them that the pipeline connects.
 *
 * @param mimeType The media type on the wire.
 * @returns One lane or two; whatever has no other lane is bytes, `tags`.
 */
export function lanesOf(mimeType: string): readonly string[] {
  if (mimeType.startsWith("lane/")) {
    const lane = mimeType.slice("lane/".length);
    return [lane === "raw" || lane === "tag" ? "tags" : lane];
  }
  const own = ownLane(mimeType);
  return own === undefined ? ["tags"] : [own, "tags"];
}
