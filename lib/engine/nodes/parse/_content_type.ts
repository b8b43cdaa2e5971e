import { mimes } from "mrmime";
import { binaryType, isTextual, sniff } from "./_sniff.ts";

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

/**
 * Tell what an object is: by the media type given at open, else by the
 * extension of its name, else by its first bytes.
 */
export function contentOf(
  mimeType: string,
  name: string,
  head: Uint8Array,
): Content {
  const told = essence(mimeType);
  const type = corrected(
    (GENERIC.has(told) ? typeOfName(name) : told) ?? sniff(head),
    name,
    head,
  );
  return { type, kind: kindOf(type, head), charset: charsetOf(mimeType) };
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

const KINDS: Readonly<Record<string, ContentKind>> = {
  "application/csv": "csv",
  "application/xhtml+xml": "html",
  "text/comma-separated-values": "csv",
  "text/csv": "csv",
  "text/html": "html",
  "text/tab-separated-values": "tsv",
};

/** Types outside `text/` that are text whatever their bytes look like. */
const TEXTUAL =
  /^(text\/.*|.*\+(json|xml|yaml)|application\/(x-)?(ecmascript|graphql|javascript|json5?|jsonl|ndjson|sh|sql|toml|typescript|xml|yaml|yml))$/;

function kindOf(type: string, head: Uint8Array): ContentKind {
  const known = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (known) return known;
  if (WRAPPED.has(type)) return "unsupported";
  const family = /^(image|audio|video)\//.exec(type)?.[1];
  if (family) return family as "image" | "audio" | "video";
  if (TEXTUAL.test(type)) return "text";
  return binaryType(head) === undefined && isTextual(head)
    ? "text"
    : "unsupported";
}

function essence(mimeType: string): string {
  return mimeType.split(";", 1)[0]!.trim().toLowerCase();
}

function charsetOf(mimeType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(mimeType)?.[1];
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
 * `.ts` and `.mts` are registered for MPEG transport streams, so whoever goes
 * by the name alone calls TypeScript a film. Those start with 0x47.
 */
function corrected(type: string, name: string, head: Uint8Array): string {
  return type === "video/mp2t" && /\.[mc]?ts$/i.test(name) && head[0] !== 0x47
    ? "text/typescript"
    : type;
}
