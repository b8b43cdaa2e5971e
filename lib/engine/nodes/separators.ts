import type { JsonValue } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import type { Separator } from "./text_splitter.ts";

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
 * Read separators as configurations have them: quoted strings
 * parted by commas, such as `"\n\n", "\n"`, with or without brackets around;
 * inside the quotes the usual backslash escapes hold. A list is taken as it
 * is.
 *
 * @param value The member of the configuration.
 * @param name The member's name, for messages.
 * @param id The component's id, for messages.
 * @returns The separators; none when the value is absent or blank.
 * @throws {ValidationException} The value is something else.
 */
export function readSeparators(
  value: JsonValue | undefined,
  name: string,
  id: string,
): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value;
  }
  const found = typeof value === "string" ? quotedStrings(value) : undefined;
  if (found) return found;
  throw new ValidationException(
    `Component ${id}: '${name}' must be quoted strings parted by commas, ` +
      `for example "\\n\\n", "\\n"`,
  );
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
};

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([^]))/gi,
    (whole, short?: string, long?: string, sign?: string) => {
      const code = short ?? long;
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      if (/^[\\"']$/.test(sign!)) return sign!;
      return ESCAPES[sign!] ?? whole;
    },
  );
}
