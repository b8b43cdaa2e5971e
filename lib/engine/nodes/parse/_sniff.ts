import { markedCharset } from "./_text_decoding.ts";

/** How many bytes are looked at before a kind is decided. */
export const HEAD_BYTES = 4096;

/** Tell the media type of an object by its first bytes. */
export function sniff(head: Uint8Array): string {
  const binary = binaryType(head);
  if (binary !== undefined) return binary;
  if (!isTextual(head)) return "application/octet-stream";
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

/** First bytes in Latin-1 that tell a format; `.` stands for any byte. */
const MAGIC: readonly (readonly [string, string])[] = [
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

/** The media type that magic bytes tell, if any do. */
export function binaryType(head: Uint8Array): string | undefined {
  return MAGIC.find(([magic]) => startsWith(head, magic))?.[1];
}

function startsWith(head: Uint8Array, magic: string): boolean {
  return head.length >= magic.length &&
    [...magic].every((sign, at) =>
      sign === "." || head[at] === sign.charCodeAt(0)
    );
}

/**
 * Whether bytes look like text in some encoding: a byte order mark, or no NUL
 * and hardly any control characters or unreadable sequences.
 */
export function isTextual(head: Uint8Array): boolean {
  if (markedCharset(head) !== undefined) return true;
  if (head.includes(0)) return false;
  const text = new TextDecoder().decode(head, { stream: true });
  // deno-lint-ignore no-control-regex
  const odd = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g);
  return (odd?.length ?? 0) <= text.length / 10;
}
