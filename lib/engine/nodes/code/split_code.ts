import type { Language } from "./_language.ts";
import { openLines } from "./_open_lines.ts";

/** What a line is to the constructs around it. */
type LineKind =
  /** Nothing on it. */
  | "blank"
  /** A comment or a decorator: belongs to what follows. */
  | "lead"
  /** A construct begins. */
  | "start"
  /** It goes on. */
  | "part";

/** Goes on with what an earlier line began, although nothing is open. */
const CONTINUES =
  /^(?:[\s)\]}{]|(?:else|elif|except|finally|catch|while)\b|&&|\|\||[.?:])/;

/** C: a line that ends so is over; others, such as a bare type, go on. */
const ENDS_IN_C = /[;{}:>,)\]\\]$/;
const LINE_COMMENT_IN_C = /[;{}:>,)\]\\]\s*\/\//;
const COMMENT_IN_C = /[;{}:>,)\]\\]\s*\/\*/;

/**
 * Cut source code at its outermost constructs: functions, classes, statements.
 *
 * A comment or decorator goes with what it stands before. Statements of one
 * line that no blank line parts stay together, such as imports. Constructs are
 * told by their lines and brackets, not by a syntax tree; what is not code of
 * the language is cut somewhere, too.
 *
 * @param language Without one, the text is cut at blank lines before lines
 * that are not indented.
 * @returns The pieces; joined they are the text.
 */
export function splitCode(
  text: string,
  language: Language | undefined,
): readonly string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const kinds = language === undefined
    ? plainKinds(lines)
    : codeKinds(lines, language);
  const pieces: string[] = [];
  let piece = new Piece();
  for (const [at, line] of lines.entries()) {
    const kind = kinds[at]!;
    const long = kind === "start" && kinds[at + 1] === "part";
    if (!piece.takes(kind, long)) {
      pieces.push(piece.text);
      piece = new Piece();
    }
    piece.add(line, kind, long);
  }
  if (piece.text !== "") pieces.push(piece.text);
  return pieces;
}

/** Lines that belong together. */
class Piece {
  #lines: string[] = [];
  #begun = false;
  #long = false;
  #led = false;
  #parted = false;

  get text(): string {
    return this.#lines.join("");
  }

  /** Whether a line belongs to it. */
  takes(kind: LineKind, long: boolean): boolean {
    if (kind === "blank" || kind === "part") return true;
    if (!this.#begun) return kind === "lead" || !(this.#led && this.#parted);
    return kind === "start" && !long && !this.#long && !this.#parted;
  }

  add(line: string, kind: LineKind, long: boolean): void {
    this.#lines.push(line);
    // A comment of several lines has not begun anything yet.
    this.#begun ||= kind === "start" || (kind === "part" && !this.#led);
    this.#long ||= long || (kind === "part" && this.#begun);
    this.#led ||= kind === "lead";
    this.#parted = kind === "blank";
  }
}

/** Of no language in particular: paragraphs, with what is indented. */
function plainKinds(lines: readonly string[]): readonly LineKind[] {
  return lines.map((line, at) => {
    if (line.trim() === "") return "blank";
    const parted = at === 0 || lines[at - 1]!.trim() === "";
    return parted && !/^\s/.test(line) ? "start" : "part";
  });
}

function codeKinds(
  lines: readonly string[],
  language: Language,
): readonly LineKind[] {
  const inside = openLines(lines, language);
  const bare = language === "c" || language === "cpp";
  let goesOn = false;
  return lines.map((line, at): LineKind => {
    if (inside[at]) return "part";
    if (line.trim() === "") return "blank";
    const continues = goesOn || CONTINUES.test(line);
    if (!continues && isLead(line, language)) return "lead";
    goesOn = bare && (goesOn || !continues) && !line.startsWith("#") &&
      !endsInC(line.trimEnd());
    return continues ? "part" : "start";
  });
}

function endsInC(line: string): boolean {
  return ENDS_IN_C.test(line) || LINE_COMMENT_IN_C.test(line) ||
    (line.endsWith("*/") && COMMENT_IN_C.test(line));
}

function isLead(line: string, language: Language): boolean {
  if (language === "python") return /^[#@]/.test(line);
  if (language === "cpp" && /^(?:template\s*<|\[\[)/.test(line)) return true;
  return /^(?:\/[/*]|@)/.test(line);
}
