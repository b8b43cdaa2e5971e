import { scanJson, skipSpace } from "./_json_scan.ts";
import type { JsonValue } from "./json.ts";
import { RelaxedReader } from "./relaxed_json.ts";

/** JSON that was found in a text. */
export interface FoundJson {
  /** The value; may be `null`. */
  readonly value: JsonValue;
  /** Whether it is but a number in brackets, as footnotes are marked. */
  readonly footnote: boolean;
}

/** A place in the text where a value stands. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly footnote: boolean;
  /** The value, if only the relaxed grammar reads it. */
  readonly relaxed?: JsonValue;
}

const THOUGHT_END = "</think>";
const MARK = /<\/?think>|`{3,}|[{[]/g;
const LABEL = /[\w+.-]*/y;
/** An interval such as `[0, 1)`, which is prose. */
const HALF_OPEN = /\[[^[\]{}"'\n]{0,40}\)/y;
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
  const { spoken, spans } = survey(text);
  const remark = spoken > 0 ? parsed(text.slice(spoken)) : undefined;
  if (remark) return remark;
  for (const { start, end, footnote, relaxed } of spans) {
    const found = relaxed === undefined
      ? parsed(text.slice(start, end))
      : { value: relaxed };
    if (found) return { ...found, footnote };
  }
  return undefined;
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
  readonly spoken: number;
  /** The places, the best first. */
  readonly spans: readonly Span[];
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
  let spoken = 0;
  let fenced = false;
  let unclosed = 0;
  /** Where a value would be all that is said, or all that a fence holds. */
  let lead = skipSpace(text, 0);

  /** Take what fills the fence that opens here; its last place if so. */
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
    const { end } = span;
    if (/^json/i.test(label)) labelled ??= span;
    else if ("{[".includes(text.charAt(inner))) block ??= span;
    else scalar ??= span;
    return end;
  }

  /** Take the value whose bracket opens here; where to go on. */
  function bracket(start: number): number | undefined {
    const strict = scanJson(text, start);
    if (strict.valid) {
      const { end } = strict;
      const span = { start, end, footnote: isFootnote(text, start, end) };
      if (span.footnote) footnote ??= span;
      else if (!value || end - start > value.end - value.start) value = span;
      return end;
    }
    const scan = reader.scan(start);
    if (scan.valid) {
      const span = relaxedSpan(start, scan.end, scan.value);
      const longer = !relaxed || span.end - start > relaxed.end - relaxed.start;
      if (longer) relaxed = span;
      return scan.end;
    }
    if (start === lead && isMeantWhole(text, start, fenced)) return undefined;
    const end = Math.max(strict.end, scan.end);
    // Brackets of prose, `[0, 1)` for one: what is in them may be a value.
    const attempt = scan.begun && text.charAt(start) === "{" ||
      text.startsWith("/*", scan.end);
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
      next = end < 0 ? undefined : spoken = end + THOUGHT_END.length;
      lead = skipSpace(text, spoken);
    } else if (token === THOUGHT_END) {
      // Some servers swallow the opening tag: all so far was a thought.
      labelled =
        block =
        value =
        relaxed =
        scalar =
        footnote =
          undefined;
      fenced = false;
      spoken = next;
      lead = skipSpace(text, spoken);
    } else if (token.startsWith("`")) next = fence(next);
    else next = bracket(start);
    if (next === undefined) break;
    mark.lastIndex = next;
  }
  const spans = [labelled, block, value, relaxed, scalar, footnote]
    .filter((span) => span !== undefined);
  return { spoken, spans };
}

/** The value that fills a fence from a place on, in either grammar. */
function filling(
  text: string,
  start: number,
  reader: RelaxedReader,
): Span | undefined {
  const { valid, end } = scanJson(text, start);
  if (valid && fills(text, end)) return { start, end, footnote: false };
  const scan = reader.scan(start);
  return scan.valid && fills(text, scan.end)
    ? relaxedSpan(start, scan.end, scan.value)
    : undefined;
}

function fills(text: string, end: number): boolean {
  const after = skipSpace(text, end);
  return after === text.length || text.startsWith("```", after);
}

function relaxedSpan(start: number, end: number, relaxed: JsonValue): Span {
  return { start, end, footnote: false, relaxed };
}

/** Whether a value of prose is but a short number in brackets. */
function isFootnote(text: string, start: number, end: number): boolean {
  return end - start < 8 && /^\[\s*\d{1,3}\s*\]$/.test(text.slice(start, end));
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
    const next = nextBracket(text, rest);
    if (next >= end - 1) return next === end - 1;
    rest = "}]".includes(text.charAt(next))
      ? next + 1
      : bracketEnd(text, next) ?? end;
  }
  return false;
}

/** The place of the next bracket outside strings. */
function nextBracket(text: string, start: number): number {
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && "{}[]".includes(char)) return at;
  }
  return text.length;
}

/**
 * Where the bracket here is closed, strings left out of account; `undefined`
 * where it is not before a fence, or by another kind of bracket.
 */
function bracketEnd(text: string, start: number): number | undefined {
  const open: string[] = [];
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{") open.push("}");
    else if (char === "[") open.push("]");
    else if (char === "}" || char === "]") {
      if (open.pop() !== char) return undefined;
      if (open.length === 0) return at + 1;
    } else if (char === "`" && text.startsWith("```", at)) return undefined;
  }
  return undefined;
}
