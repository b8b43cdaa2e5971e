import type { JsonValue } from "./json.ts";
import { RelaxedReader } from "./relaxed_json.ts";

/** JSON that was found in a text. */
export interface FoundJson {
  /** The value; may be `null`. */
  readonly value: JsonValue;
  /** Whether it is but a number in brackets, as footnotes are marked. */
  readonly footnote: boolean;
}

/** A value that stands in the text. */
interface Span {
  readonly value: JsonValue;
  /** Its length in the text. */
  readonly length: number;
}

const THOUGHT_END = "</think>";
const MARK = /<\/?think>|`{3,}|[{[]/g;
const LABEL = /[\w+.-]*/y;
/** An interval such as `[0, 1)`, which is prose. */
const HALF_OPEN = /\[[^[\]{}"'\n]{0,40}\)/y;
/** A short number in brackets. */
const FOOTNOTE = /^(?=.{3,7}$)\[\s*\d{1,3}\s*\]$/s;
/** How often a bracket that is never closed may be taken for prose. */
const MAX_UNCLOSED = 16;

/**
 * Find the JSON in what a model wrote, in one pass whose work grows with the
 * length of the text alone.
 */
export function findJson(text: string): FoundJson | undefined {
  // The whole text comes first: a valid value may speak of fences or thoughts.
  const whole = parsed(text);
  if (whole) return whole;
  const { thoughtEnd, found } = survey(text);
  const answer = thoughtEnd > 0 ? parsed(text.slice(thoughtEnd)) : undefined;
  return answer ?? found;
}

function parsed(text: string): FoundJson | undefined {
  try {
    // `trim` takes a byte order mark for white space, too.
    return { value: JSON.parse(text.trim()), footnote: false };
  } catch {
    // Not JSON: the caller looks elsewhere.
    return undefined;
  }
}

/** Where JSON may stand in a text. */
interface Survey {
  /** Where the last thought ends. */
  readonly thoughtEnd: number;
  /** The best of the values. */
  readonly found: FoundJson | undefined;
}

function survey(text: string): Survey {
  const mark = new RegExp(MARK);
  const reader = new RelaxedReader(text);
  let labelled: Span | undefined;
  let block: Span | undefined;
  let value: Span | undefined;
  let relaxed: Span | undefined;
  let scalar: Span | undefined;
  let footnote: Span | undefined;
  let thoughtEnd = 0;
  let fenced = false;
  let unclosed = 0;
  /** Where a value begins that is the whole answer, or all that a fence holds. */
  let lead = skipSpace(text, 0);

  /** Read the fence that opens here; returns where to go on. */
  function fence(start: number): number {
    LABEL.lastIndex = start;
    const label = LABEL.exec(text)?.[0] ?? "";
    if (fenced && label === "") {
      fenced = false;
      return start;
    }
    fenced = true;
    // On one line the value may follow a fence without a space: ```1```.
    const named = /^[a-z]/i.test(label) && !/^(true|false|null)$/.test(label);
    const inner = skipSpace(text, named ? start + label.length : start);
    const span = filling(text, inner, reader);
    lead = inner;
    if (!span) return named ? start + label.length : start;
    const end = inner + span.length;
    if (/^json/i.test(label)) labelled ??= span;
    else if ("{[".includes(text.charAt(inner))) block ??= span;
    else scalar ??= span;
    return end;
  }

  /** Read the value whose bracket opens here; returns where to go on. */
  function bracket(start: number): number | undefined {
    const scan = reader.scan(start);
    const { end } = scan;
    if (scan.valid) {
      const source = text.slice(start, end);
      const strict = parsed(source);
      const span = { ...strict ?? scan, length: source.length };
      if (FOOTNOTE.test(source)) footnote ??= span;
      else if (strict) value = longer(span, value);
      else relaxed = longer(span, relaxed);
      return end;
    }
    if (start === lead && isMeantWhole(text, start, fenced)) return undefined;
    // Brackets of prose, `[0, 1)` for one: what is in them may be a value.
    const attempt = scan.begun && text.charAt(start) === "{" ||
      text.startsWith("/*", end);
    if (!attempt && end <= skipSpace(text, start + 1)) return start + 1;
    if (!attempt && !/["'[{]/.test(text.slice(start + 1, end))) return end;
    // A piece of a value that is broken or cut off is not what was meant.
    if (end === text.length) return undefined;
    const close = bracketEnd(text, start);
    if (close !== undefined) return close;
    if (attempt) return undefined;
    return ++unclosed > MAX_UNCLOSED ? undefined : end;
  }

  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const [token] = found;
    const start = found.index;
    let next: number | undefined = mark.lastIndex;
    if (token === "<think>") {
      const end = text.indexOf(THOUGHT_END, next);
      next = end < 0 ? undefined : thoughtEnd = end + THOUGHT_END.length;
      lead = skipSpace(text, thoughtEnd);
    } else if (token === THOUGHT_END) {
      // Some servers omit the opening tag: all before this was a thought.
      labelled =
        block =
        value =
        relaxed =
        scalar =
        footnote =
          undefined;
      fenced = false;
      thoughtEnd = next;
      lead = skipSpace(text, thoughtEnd);
    } else if (token.startsWith("`")) next = fence(next);
    else next = bracket(start);
    if (next === undefined) break;
    mark.lastIndex = next;
  }
  const best = labelled ?? block ?? value ?? relaxed ?? scalar ?? footnote;
  return {
    thoughtEnd,
    found: best && { value: best.value, footnote: best === footnote },
  };
}

/** The value that fills a fence from a place on. */
function filling(
  text: string,
  start: number,
  reader: RelaxedReader,
): Span | undefined {
  const scan = reader.scan(start);
  if (!scan.valid) return undefined;
  const { end } = scan;
  const after = skipSpace(text, end);
  const fills = after === text.length || text.startsWith("```", after);
  if (!fills) return undefined;
  const source = text.slice(start, end);
  return { ...parsed(source) ?? scan, length: source.length };
}

/** The first of the longest values. */
function longer(span: Span, before: Span | undefined): Span {
  return before && before.length >= span.length ? before : span;
}

/** The next place that is no white space of JSON. */
function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at++;
  return at;
}

/**
 * Whether what begins with a bracket here goes on to the end of the text, or
 * of its fence: then all of it is one value, or a broken one.
 */
function isMeantWhole(text: string, start: number, fenced: boolean): boolean {
  const fence = text.indexOf("```", start);
  if (fence >= 0 && !fenced) return false;
  HALF_OPEN.lastIndex = start;
  if (HALF_OPEN.test(text)) return false;
  let end = fence < 0 ? text.length : fence;
  while (end > start && " \t\n\r".includes(text.charAt(end - 1))) end--;
  const closing = text.charAt(start) === "{" ? "}" : "]";
  if (text.charAt(end - 1) !== closing) return false;
  const close = bracketEnd(text, start);
  if (close === undefined || close >= end) return true;
  // Prose goes on with brackets of its own; a broken value with its last one.
  let rest = close;
  while (rest < end) {
    const next = nextMark(text, rest);
    // Beyond it if a quote is missing: then the last one seems to be in a string.
    if (next >= end - 1) return true;
    rest = "}]".includes(text.charAt(next))
      ? next + 1
      : bracketEnd(text, next) ?? end;
  }
  return false;
}

/** The place of the next bracket or fence outside strings. */
function nextMark(text: string, start: number): number {
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ("{}[]".includes(char) || text.startsWith("```", at)) return at;
  }
  return text.length;
}

/**
 * Where the bracket here is closed, strings left out of account; `undefined`
 * where it is not before a fence, or by another kind of bracket.
 */
function bracketEnd(text: string, start: number): number | undefined {
  const open: string[] = [];
  for (let at = start;; at++) {
    at = nextMark(text, at);
    const char = text.charAt(at);
    if (char === "{") open.push("}");
    else if (char === "[") open.push("]");
    else if (char === "" || open.pop() !== char) return undefined;
    else if (open.length === 0) return at + 1;
  }
}
