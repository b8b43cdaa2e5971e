import {
  DECLARATION_REACH,
  findDeclaration,
} from "../../../protocol/declared_charset.ts";

/** Bytes on their way into text. */
export interface TextDecoding {
  /** The name of the encoding in use. */
  readonly charset: string;
  /** What was asked for but is not known, if anything. */
  readonly unknownCharset: string | undefined;
  /** Whether U+FFFD has come out so far. */
  readonly replaced: boolean;
  /** Take bytes; returns the characters that are complete. */
  push(bytes: Uint8Array): string;
  /** The rest: U+FFFD for a character that was cut off. */
  end(): string;
}

/**
 * Begin to decode a text. The encoding is told by its byte order mark, else
 * by the media type's charset, else by the document itself (`<meta charset>`
 * or an XML declaration), else it is UTF-8. Nothing ever fails: what cannot
 * be read becomes U+FFFD. The byte order mark is removed.
 *
 * @param head The first bytes, enough to see a mark or a declaration.
 * @param charset The media type's charset parameter.
 */
export function textDecoding(
  head: Uint8Array,
  charset: string | undefined,
): TextDecoding {
  const wanted = markedCharset(head) ?? charset ?? declaredCharset(head) ??
    "utf-8";
  const known = knownDecoder(wanted);
  const decoder = known ?? new TextDecoder();
  let replaced = false;
  const seen = (text: string) => {
    replaced ||= text.includes("\ufffd");
    return text;
  };
  return {
    charset: decoder.encoding,
    unknownCharset: known ? undefined : wanted,
    get replaced() {
      return replaced;
    },
    push: (bytes) => seen(decoder.decode(bytes, { stream: true })),
    end: () => seen(decoder.decode()),
  };
}

/** The encoding that a byte order mark tells. */
export function markedCharset(head: Uint8Array): string | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return undefined;
}

/** The encoding that an HTML or XML document gives itself. */
function declaredCharset(head: Uint8Array): string | undefined {
  if (!head.includes(0x3c)) return undefined;
  // windows-1252 reads every byte, and ASCII as itself.
  const start = new TextDecoder("windows-1252")
    .decode(head.subarray(0, DECLARATION_REACH));
  const name = findDeclaration(start)?.charset.toLowerCase();
  // A declaration that can be read like this is not written in UTF-16.
  return name?.startsWith("utf-16") ? "utf-8" : name;
}

function knownDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset);
  } catch {
    // The platform does not know the name; the caller warns.
    return undefined;
  }
}
