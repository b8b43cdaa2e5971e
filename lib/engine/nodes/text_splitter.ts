import type { JsonValue } from "../../../schema/json.ts";

/** Where a text may be cut: at a string, or at what a pattern matches. */
export type Separator = string | RegExp;

/** How long chunks may be. */
export interface ChunkLimit {
  /** The greatest length of a chunk. */
  readonly most: number;
  /**
   * The length of a text. Must be additive: the lengths of two parts add up
   * to the length of the whole.
   */
  measure(text: string): number;
}

/**
 * Cut a text into chunks at the coarsest separator that it contains, and what
 * is still too long at finer ones.
 *
 * Parts that fit together are merged again, as many as fit. A separator stays
 * at the start of the part that follows it. The empty separator cuts between
 * any two characters; a list without it lets a part stay too long. Chunks are
 * trimmed, and empty ones dropped.
 *
 * @param separators From coarse to fine.
 */
export function splitRecursively(
  text: string,
  separators: readonly Separator[],
  limit: ChunkLimit,
): string[] {
  const at = separators.findIndex((separator) =>
    typeof separator === "string"
      ? text.includes(separator)
      : text.search(separator) >= 0
  );
  if (at < 0) return trimmed([text]);
  const separator = separators[at]!;
  if (separator === "") return merged([...text], "", limit);
  const finer = separators.slice(at + 1);
  const groups: string[][] = [];
  let fitting: string[] = [];
  for (const part of partsAt(text, separator)) {
    if (limit.measure(part) <= limit.most) {
      fitting.push(part);
      continue;
    }
    groups.push(merged(fitting, "", limit));
    groups.push(splitRecursively(part, finer, limit));
    fitting = [];
  }
  groups.push(merged(fitting, "", limit));
  return groups.flat();
}

/**
 * Cut a text at one separator only, and merge parts that fit together, with
 * the separator between them. A part that is longer than the limit stays whole.
 */
export function splitAtSeparator(
  text: string,
  separator: string,
  limit: ChunkLimit,
): string[] {
  const parts = separator === "" ? [...text] : text.split(separator);
  return merged(parts, separator, limit);
}

/** Cut chunks that are too long between any two characters. */
export function splitByForce(
  chunks: readonly string[],
  limit: ChunkLimit,
): string[] {
  return chunks.flatMap((chunk) =>
    limit.measure(chunk) <= limit.most ? [chunk] : merged([...chunk], "", limit)
  );
}

/** The parts of a text, each but the first beginning with the separator. */
function partsAt(text: string, separator: Separator): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const at of positions(text, separator)) {
    if (at > start) parts.push(text.slice(start, at));
    start = at;
  }
  parts.push(text.slice(start));
  return parts;
}

function* positions(text: string, separator: Separator): Generator<number> {
  if (typeof separator !== "string") {
    for (const match of text.matchAll(separator)) yield match.index;
    return;
  }
  let at = text.indexOf(separator);
  while (at >= 0) {
    yield at;
    at = text.indexOf(separator, at + separator.length);
  }
}

/** Join neighbours, as many as fit; trim, and drop what is empty. */
function merged(
  parts: readonly string[],
  joint: string,
  { most, measure }: ChunkLimit,
): string[] {
  const between = joint === "" ? 0 : measure(joint);
  const chunks: string[] = [];
  let group: string[] = [];
  let length = 0;
  for (const part of parts) {
    const more = measure(part);
    if (group.length > 0 && length + between + more > most) {
      chunks.push(group.join(joint));
      group = [];
      length = 0;
    }
    length += more + (group.length > 0 ? between : 0);
    group.push(part);
  }
  chunks.push(group.join(joint));
  return trimmed(chunks);
}

function trimmed(chunks: readonly string[]): string[] {
  return chunks.map((chunk) => chunk.trim()).filter((chunk) => chunk !== "");
}

/** The number of characters, a surrogate pair counting as one. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    if (text.codePointAt(at)! < 0x10000) continue;
    count -= 1;
    at += 1;
  }
  return count;
}

/** The length in UTF-8, without encoding. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (code >= 0x10000) at += 1;
  }
  return bytes;
}

/** From paragraphs to characters: what splits any text. */
export const PLAIN: readonly string[] = ["\n\n", "\n", " ", ""];

/** Markdown: headings first, then fences and rules, then as plain text. */
export const MARKDOWN: readonly Separator[] = [
  /\n#{1,6} /g,
  /\n```/g,
  /\n(?:\*{3,}|-{3,}|_{3,})(?=\n)/g,
  ...PLAIN,
];

/** LaTeX: chapters down to paragraphs, environments, then as plain text. */
export const LATEX: readonly Separator[] = [
  /\n\\(?:part|chapter)\b/g,
  /\n\\section\b/g,
  /\n\\subsection\b/g,
  /\n\\(?:subsubsection|paragraph)\b/g,
  /\n\\begin\{/g,
  /\n\\item\b/g,
  ...PLAIN,
];

/**
 * Read separators as configurations have them: quoted strings with commas
 * between, such as `"\n\n", "\n"`, perhaps in brackets, with the usual
 * escapes; or a list.
 *
 * @returns The separators; `undefined` when the value is something else.
 */
export function readSeparators(
  value: JsonValue | undefined,
): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value;
  }
  return typeof value === "string" ? quotedStrings(value) : undefined;
}

const QUOTED = /\s*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')\s*(,|$)/y;

function quotedStrings(text: string): string[] | undefined {
  const list = /^\s*\[([^]*)\]\s*$/.exec(text)?.[1] ?? text;
  const pattern = new RegExp(QUOTED);
  const found: string[] = [];
  while (list.slice(pattern.lastIndex).trim() !== "") {
    const match = pattern.exec(list);
    if (!match) return undefined;
    found.push(unescaped(match[1]!.slice(1, -1)));
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  0: "\0",
  "\n": "",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([^]))/gi,
    (whole, short?: string, long?: string, sign = "") => {
      const code = short ?? long;
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      return ESCAPES[sign] ?? whole;
    },
  );
}
