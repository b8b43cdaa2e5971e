import { mimes } from "mrmime";
import { markedCharset } from "./text_decoding.ts";

/** What `parse` does with an object. */
export type ContentKind =
  | "text"
  | "csv"
  | "tsv"
  | "html"
  | "image"
  | "audio"
  | "video"
  | "unsupported";

/** What an object is. */
export interface Content {
  /** Its media type, in lower case and without parameters. */
  readonly type: string;
  /** What `parse` does with it. */
  readonly kind: ContentKind;
  /** The charset parameter of the media type given at open. */
  readonly charset: string | undefined;
}

/** How many bytes are looked at before a kind is decided. */
export const HEAD_BYTES = 4096;

/**
 * Tell what an object is: by the media type given at open, else by the
 * extension of its name, else by its first bytes.
 */
export function contentOf(
  mimeType: string,
  name: string,
  head: Uint8Array,
): Content {
  const told = mimeType.split(";", 1)[0]!.trim().toLowerCase();
  const type = corrected(
    GENERIC.has(told) ? typeOfName(name) : told,
    name,
    head,
  );
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(mimeType)?.[1];
  const known = type && kindOf(type);
  if (known) return { type, kind: known, charset };
  const sniffed = sniff(head);
  if (type === undefined) {
    return { type: sniffed, kind: kindOf(sniffed) ?? "unsupported", charset };
  }
  const kind = kindOf(sniffed);
  const isText = kind === "text" || kind === "html";
  return { type, kind: isText ? "text" : "unsupported", charset };
}

/** Media types that only say "bytes". */
const GENERIC: ReadonlySet<string> = new Set([
  "",
  "application/binary",
  "application/octet-stream",
  "application/unknown",
  "application/x-binary",
  "binary/octet-stream",
]);

/** Not text, although written in characters. */
const WRAPPED: ReadonlySet<string> = new Set([
  "application/pdf",
  "application/postscript",
  "application/rtf",
  "message/rfc822",
  "multipart/related",
  "text/rtf",
]);

const KINDS: ReadonlyMap<string, ContentKind> = new Map([
  ["application/csv", "csv"],
  ["application/xhtml+xml", "html"],
  ["text/comma-separated-values", "csv"],
  ["text/csv", "csv"],
  ["text/html", "html"],
  ["text/tab-separated-values", "tsv"],
]);

/** Types outside `text/` that are text whatever their bytes look like. */
const TEXTUAL =
  /^(text\/.*|.*\+(json|xml|yaml)|application\/(x-)?(ecmascript|graphql|javascript|json5?|jsonl|ndjson|sh|sql|toml|typescript|xml|yaml|yml))$/;

/** What a type is, if it says so; the bytes have to tell otherwise. */
function kindOf(type: string): ContentKind | undefined {
  const known = KINDS.get(type);
  if (known) return known;
  if (WRAPPED.has(type)) return "unsupported";
  const family = /^(image|audio|video)\//.exec(type)?.[1];
  if (family) return family as "image" | "audio" | "video";
  return TEXTUAL.test(type) ? "text" : undefined;
}

/** Office files, which the list of registered types leaves out. */
const OFFICE: Readonly<Record<string, string>> = {
  doc: "application/msword",
  docx:
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  odp: "application/vnd.oasis.opendocument.presentation",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odt: "application/vnd.oasis.opendocument.text",
  ppt: "application/vnd.ms-powerpoint",
  pptx:
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

function typeOfName(name: string): string | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined) return undefined;
  const table = [OFFICE, mimes].find((one) => Object.hasOwn(one, extension));
  const type = table?.[extension];
  return type === undefined || GENERIC.has(type) ? undefined : type;
}

/**
 * `.ts` and `.mts` are registered for MPEG transport streams, so a client that
 * goes by the name alone takes TypeScript for video. Streams start with 0x47.
 */
function corrected(
  type: string | undefined,
  name: string,
  head: Uint8Array,
): string | undefined {
  return type === "video/mp2t" && /\.[mc]?ts$/i.test(name) && head[0] !== 0x47
    ? "text/typescript"
    : type;
}

/** First bytes in Latin-1 that tell a format; `.` stands for any byte. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ["%PDF-", "application/pdf"],
  ["PK\x03\x04", "application/zip"],
  ["PK\x05\x06", "application/zip"],
  ["\x1f\x8b", "application/gzip"],
  ["BZh", "application/x-bzip2"],
  ["7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
  ["Rar!\x1a\x07", "application/vnd.rar"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
  ["{\\rtf", "application/rtf"],
  ["%!PS", "application/postscript"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["RIFF....WEBP", "image/webp"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["BM....\0\0\0\0", "image/bmp"],
  ["....ftypavif", "image/avif"],
  ["....ftyphei", "image/heic"],
  ["RIFF....WAVE", "audio/wav"],
  ["ID3", "audio/mpeg"],
  ["\xff\xfb", "audio/mpeg"],
  ["fLaC", "audio/flac"],
  ["OggS", "audio/ogg"],
  ["RIFF....AVI ", "video/x-msvideo"],
  ["....ftypM4A", "audio/mp4"],
  ["....ftyp", "video/mp4"],
  ["\x1a\x45\xdf\xa3", "video/webm"],
];

/** Folders in files of Office, and what these are. */
const IN_ZIP: readonly (readonly [string, string])[] = [
  ["word/", OFFICE.docx!],
  ["xl/", OFFICE.xlsx!],
  ["ppt/", OFFICE.pptx!],
];

/** The media type that the first bytes tell, if they do. */
function signatureOf(head: Uint8Array): string | undefined {
  const latin = new TextDecoder("windows-1252").decode(head);
  const type = SIGNATURES.find(([signature]) =>
    head.length >= signature.length &&
    [...signature].every((sign, at) =>
      sign === "." || head[at] === sign.charCodeAt(0)
    )
  )?.[1];
  if (type !== "application/zip") return type;
  // The first file in an OpenDocument has its type, and is not compressed.
  const size = head[22]! + 256 * head[23]!;
  const own = latin.startsWith("mimetype", 30) && latin.slice(38, 38 + size);
  return own ||
    (IN_ZIP.find(([folder]) => latin.includes(folder))?.[1] ?? type);
}

/** Tell the media type of an object by its first bytes. */
function sniff(head: Uint8Array): string {
  const type = signatureOf(head) ?? "application/octet-stream";
  // Text may begin with the letters of a signature, such as BM.
  if (!isTextual(head) || WRAPPED.has(type)) return type;
  const text = new TextDecoder(markedCharset(head)).decode(head).trimStart();
  if (text.startsWith("<?xml")) return "application/xml";
  return /^<(!doctype html|html|head|body)\b/i.test(afterComments(text))
    ? "text/html"
    : "text/plain";
}

/** What follows the comments that a text begins with. */
function afterComments(text: string): string {
  let rest = text;
  while (rest.startsWith("<!--")) {
    // `<!-->` is a whole comment.
    const end = rest.indexOf("-->", 2);
    if (end < 0) return "";
    rest = rest.slice(end + 3).trimStart();
  }
  return rest;
}

/**
 * Whether bytes look like text in some encoding: a byte order mark, or no NUL
 * and hardly any control characters or unreadable sequences.
 */
function isTextual(head: Uint8Array): boolean {
  if (markedCharset(head) !== undefined) return true;
  if (head.includes(0)) return false;
  const text = new TextDecoder().decode(head, { stream: true });
  // deno-lint-ignore no-control-regex
  const odd = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g);
  return (odd?.length ?? 0) <= text.length / 10;
}
