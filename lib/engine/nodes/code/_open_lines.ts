import type { Language } from "./_language.ts";

/** Something that began and has not ended. */
interface Open {
  /** What ends it. */
  readonly end: string;
  /** Whether it is text, in which brackets mean nothing. */
  readonly text: boolean;
  /** Whether a backslash takes the next character along. */
  readonly escapes?: boolean;
}

const BRACKETS: Readonly<Record<string, string>> = {
  "(": ")",
  "[": "]",
  "{": "}",
};

/** What may stand before a division; behind anything else `/` is a pattern. */
const OPERAND = /[\w$)\]}"'`]\s*$/;
const BEFORE_PATTERN =
  /\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield)\s*$/;

const STRING = /(["'])(?:[^\\]|\\.?)*?(?:\1|$)/y;
const PATTERN = /\/(?:[^\\/[]|\\.|\[(?:[^\]\\]|\\.){0,400}\]){1,400}\/\w*/y;
const RAW_STRING = /R"([^()\\\s"]{0,16})\(/y;

/**
 * Tell of each line whether it begins inside something: a bracket, a comment,
 * a string or a template of an earlier line.
 *
 * Only strings, comments and brackets are understood. Text that is none of the
 * language's gives some answer, too.
 */
export function openLines(
  lines: readonly string[],
  language: Language,
): readonly boolean[] {
  const open: Open[] = [];
  return lines.map((line) => {
    const inside = open.length > 0;
    scanLine(line.replace(/\r?\n$/, ""), language, open);
    return inside;
  });
}

function scanLine(line: string, language: Language, open: Open[]): void {
  let at = 0;
  while (at < line.length) {
    const within = open.at(-1);
    at = within?.text
      ? scanText(line, at, within, open)
      : scanCode(line, at, language, open);
  }
}

/** Read on inside a comment or a long string. */
function scanText(
  line: string,
  at: number,
  within: Open,
  open: Open[],
): number {
  if (within.escapes && line[at] === "\\") return at + 2;
  if (line.startsWith(within.end, at)) {
    open.pop();
    return at + within.end.length;
  }
  if (within.end === "`" && line.startsWith("${", at)) {
    open.push({ end: "}", text: false });
    return at + 2;
  }
  return at + 1;
}

function scanCode(
  line: string,
  at: number,
  language: Language,
  open: Open[],
): number {
  const sign = line[at]!;
  const opened = opening(line, at, language);
  if (opened) {
    open.push(opened.open);
    return at + opened.length;
  }
  if (startsComment(line, at, language)) return line.length;
  const end = BRACKETS[sign];
  if (end !== undefined) open.push({ end, text: false });
  // A bracket that ends nothing was misread somewhere; it changes nothing.
  if (open.at(-1)?.end === sign) open.pop();
  if (sign === '"' || sign === "'") return at + lengthOf(STRING, line, at);
  if (sign === "/" && isScript(language) && startsPattern(line, at)) {
    return at + Math.max(1, lengthOf(PATTERN, line, at));
  }
  return at + 1;
}

/** Whatever may go on over several lines, but for brackets. */
function opening(
  line: string,
  at: number,
  language: Language,
): { open: Open; length: number } | undefined {
  if (language === "python") {
    const quotes = ['"""', "'''"].find((end) => line.startsWith(end, at));
    return quotes === undefined
      ? undefined
      : { open: { end: quotes, text: true, escapes: true }, length: 3 };
  }
  if (line.startsWith("/*", at)) {
    return { open: { end: "*/", text: true }, length: 2 };
  }
  if (isScript(language) && line[at] === "`") {
    return { open: { end: "`", text: true, escapes: true }, length: 1 };
  }
  if (language !== "cpp" || line[at] !== "R") return undefined;
  const length = lengthOf(RAW_STRING, line, at);
  if (length === 0) return undefined;
  const end = `)${line.slice(at + 2, at + length - 1)}"`;
  return { open: { end, text: true }, length };
}

function startsComment(line: string, at: number, language: Language): boolean {
  return line.startsWith(language === "python" ? "#" : "//", at);
}

function startsPattern(line: string, at: number): boolean {
  // A word and a space are enough to tell, however long the line is.
  const before = line.slice(Math.max(0, at - 16), at);
  return !OPERAND.test(before) || BEFORE_PATTERN.test(before);
}

function isScript(language: Language): boolean {
  return language === "javascript" || language === "typescript";
}

/** How long a match at a place is; 0 when there is none. */
function lengthOf(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0].length ?? 0;
}
