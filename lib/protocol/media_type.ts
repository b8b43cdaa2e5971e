import { encodeUtf8 } from "../bytes.ts";

/** A media type, taken apart. */
export interface MediaType {
  /** Type and subtype in lower case, without parameters. */
  readonly essence: string;
  /** The parameter `charset` in lower case, when there is one. */
  readonly charset?: string;
  /** What follows them, from the first semicolon on. */
  readonly parameters: string;
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

/** Media types of which each write is one JSON document. */
const JSON_TYPE =
  /^(?:lane\/(?:questions|documents|answers|classifications)$|application\/rocketride-question)/;

/** The types of ready-made tags, whole in each write. */
const TAG_TYPE = /^(?:application\/rocketlib-tag|lane\/tag)$/;

/** The lanes that data can be sent to by name, as `lane/…`. */
export const NAMED_LANES: readonly string[] =
  "answers audio classifications documents image questions raw tag text video"
    .split(" ");

/**
 * Take a media type apart.
 *
 * Never fails: what is no media type has itself as its essence.
 *
 * @param value A media type, for example `Text/CSV; charset="UTF-8"`.
 * @returns Its essence and charset.
 */
export function parseMediaType(value: string): MediaType {
  // Several functions ask for the type of one object in turn.
  if (value !== latest.original) latest = parse(value);
  return latest;
}

let latest: MediaType = { essence: "", parameters: "", original: "" };

function parse(value: string): MediaType {
  const [head = ""] = value.split(";", 1);
  const essence = head.trim().toLowerCase();
  const parameters = value.slice(head.length);
  const charset = findCharset(parameters);
  return { essence, ...(charset && { charset }), parameters, original: value };
}

/** The first `charset` of a list of parameters, quoted or not. */
function findCharset(parameters: string): string | undefined {
  const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g;
  for (const [, name, quoted, plain] of parameters.matchAll(parameter)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain!.trim();
    if (value && /^charset$/i.test(name!)) return value.toLowerCase();
  }
  return undefined;
}

/**
 * Return how data of a media type is cut into writes.
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
  if (/^text\/|^lane\/text$/.test(essence)) return "text";
  return JSON_TYPE.test(essence) || TAG_TYPE.test(essence) ? "record" : "bytes";
}

/**
 * Check whether each write of a media type must be one JSON document.
 *
 * @param mimeType The media type that the pipe is opened with.
 * @returns `true` for questions, documents, answers and classifications.
 */
export function isJsonRecord(mimeType: string): boolean {
  return JSON_TYPE.test(parseMediaType(mimeType).essence);
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
  if (framingOf(mimeType) !== "record") return encodeUtf8("");
  const { essence } = parseMediaType(mimeType);
  return essence === "lane/documents" ? encodeUtf8("[]") : undefined;
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
  const { essence, parameters } = parseMediaType(mimeType);
  const whole = essence.startsWith("lane/") || TAG_TYPE.test(essence);
  return whole ? essence : essence + parameters.trimEnd();
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
  return /^(text|image|video|audio)\//.exec(mimeType)?.[1];
}

/**
 * The lanes of the source that data of a media type may take: the first of
 * them that the pipeline connects.
 *
 * @param mimeType The media type on the wire.
 * @returns One lane or two; whatever has no other lane is bytes, `tags`.
 */
export function lanesOf(mimeType: string): readonly string[] {
  const [type, lane = ""] = mimeType.split("/", 2);
  if (type === "lane") return [/^(?:raw|tag)$/.test(lane) ? "tags" : lane];
  const own = ownLane(mimeType);
  return own ? [own, "tags"] : ["tags"];
}
