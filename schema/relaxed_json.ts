import type { JsonValue } from "./json.ts";

/** What was found where a relaxed JSON value was looked for. */
export type RelaxedScan =
  | {
    /** A whole value stands there. */
    readonly valid: true;
    readonly value: JsonValue;
    /** The place after it. */
    readonly end: number;
  }
  | {
    readonly valid: false;
    /** The place up to which it could be read. */
    readonly end: number;
    /**
     * Whether a member's name, or a comma after an element, was read: then a
     * value was meant, and it is broken.
     */
    readonly begun: boolean;
  };

const SPACE = /[\s\uFEFF]+/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.$])/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const HEX = /[\da-fA-F]{4}/y;

/** Words that are values. */
const CONSTANTS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["null", null],
  ["None", null],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * Parse JSON as models and people write it.
 *
 * Reads all JSON, with the value that `JSON.parse` gives, and besides:
 * - strings in single quotes, with `\'` for a quote in them;
 * - member names without quotes: letters, digits, `_` and `$`, not beginning
 *   with a digit;
 * - a comma after the last member or element;
 * - comments, from `//` to the end of the line and from `/*` to the next
 *   asterisk and slash;
 * - Python's `True`, `False` and `None`.
 *
 * Nothing is guessed: a text that could mean two things, such as one with a
 * missing comma, an unknown word or an unclosed bracket, is refused as a
 * whole, and a part of a value is never taken for it. The time grows with the
 * length of the text, whatever the nesting.
 *
 * @param text One value, with white space and comments around it.
 * @returns The value.
 * @throws {SyntaxError} The text is not one value of this grammar.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseRelaxedJson } from "@rocketride/streams/schema";
 *
 * assertEquals(
 *   parseRelaxedJson("{ // of today\n 'tags': [1, 2,], done: True }"),
 *   { tags: [1, 2], done: true },
 * );
 * ```
 */
export function parseRelaxedJson(text: string): JsonValue {
  const reader = new RelaxedReader(text);
  const scan = reader.scan(reader.gapEnd(0));
  if (scan.valid && reader.gapEnd(scan.end) === text.length) return scan.value;
  throw new SyntaxError("Cannot parse relaxed JSON");
}

/** An object or array that is being read. */
type Open =
  | { readonly close: "]"; readonly elements: JsonValue[] }
  | {
    readonly close: "}";
    readonly members: [string, JsonValue][];
    /** The name of the member whose value comes next. */
    name: string;
  };

/** Reads relaxed JSON values at any place of a text. */
export class RelaxedReader {
  readonly #text: string;
  /** From here on no comment ends; searched for once. */
  #lastComment = Infinity;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Read the value at a place; see {@linkcode parseRelaxedJson} for the
   * grammar.
   */
  scan(start: number): RelaxedScan {
    const text = this.#text;
    const open: Open[] = [];
    let at = start;
    let begun = false;
    for (;;) {
      let value: JsonValue;
      const char = text.charAt(at);
      if (char === "{" || char === "[") {
        const frame: Open = char === "["
          ? { close: "]", elements: [] }
          : { close: "}", members: [], name: "" };
        at = this.gapEnd(at + 1);
        if (text.charAt(at) !== frame.close) {
          open.push(frame);
          if (frame.close === "]") continue;
          at = this.#nameInto(frame, at);
          if (at < 0) return { valid: false, end: ~at, begun };
          begun = true;
          continue;
        }
        at++;
        value = valueOf(frame);
      } else {
        const [scalar, end] = readScalar(text, at);
        if (scalar === undefined) return { valid: false, end, begun };
        value = scalar;
        at = end;
      }
      // A value has ended, and with it perhaps those that it stands in.
      for (;;) {
        const frame = open.at(-1);
        if (!frame) return { valid: true, value, end: at };
        if (frame.close === "]") frame.elements.push(value);
        else frame.members.push([frame.name, value]);
        at = this.gapEnd(at);
        const comma = text.charAt(at) === ",";
        if (comma) {
          begun = true;
          at = this.gapEnd(at + 1);
        }
        if (text.charAt(at) === frame.close) {
          open.pop();
          at++;
          value = valueOf(frame);
          continue;
        }
        if (!comma) return { valid: false, end: at, begun };
        if (frame.close === "]") break;
        at = this.#nameInto(frame, at);
        if (at < 0) return { valid: false, end: ~at, begun };
        break;
      }
    }
  }

  /** The place after white space and comments. */
  gapEnd(start: number): number {
    const text = this.#text;
    let at = start;
    for (;;) {
      SPACE.lastIndex = at;
      if (SPACE.test(text)) at = SPACE.lastIndex;
      if (text.startsWith("//", at)) {
        const end = text.indexOf("\n", at);
        at = end < 0 ? text.length : end;
      } else if (text.startsWith("/*", at) && at < this.#lastComment) {
        const end = text.indexOf("*/", at + 2);
        if (end < 0) this.#lastComment = at;
        else at = end + 2;
      } else return at;
    }
  }

  /** Read a member's name and its colon; the next place, or `~failure`. */
  #nameInto(frame: Open & { readonly close: "}" }, start: number): number {
    const text = this.#text;
    const isQuoted = QUOTES.has(text.charAt(start));
    const [name, end] = (isQuoted ? readString : readWord)(text, start);
    if (name === undefined) return ~end;
    const colon = this.gapEnd(end);
    if (text.charAt(colon) !== ":") return ~colon;
    frame.name = name;
    return this.gapEnd(colon + 1);
  }
}

function valueOf(frame: Open): JsonValue {
  // Not by assignment: a member may be called __proto__.
  return frame.close === "]"
    ? frame.elements
    : Object.fromEntries(frame.members);
}

/** What was read, and the place after it; or where it stops to be that. */
type Read<T> = readonly [value: T | undefined, end: number];

const QUOTES: ReadonlySet<string> = new Set(['"', "'"]);

function readScalar(text: string, at: number): Read<JsonValue> {
  if (QUOTES.has(text.charAt(at))) return readString(text, at);
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0];
  if (number !== undefined) return [Number(number), at + number.length];
  const [word = "", end] = readWord(text, at);
  const value = CONSTANTS.get(word);
  return [value, value === undefined ? at : end];
}

function readWord(text: string, at: number): Read<string> {
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  return [word, at + (word?.length ?? 0)];
}

function readString(text: string, start: number): Read<string> {
  const quote = text.charAt(start);
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) {
      parts.push(text.slice(from, at));
      return [parts.join(""), at + 1];
    }
    // A line end in a string may as well be where its quote is missing.
    if (char < " ") return [undefined, at];
    if (char !== "\\") continue;
    parts.push(text.slice(from, at));
    const escaped = text.charAt(++at);
    HEX.lastIndex = at + 1;
    const hex = escaped === "u" ? HEX.exec(text)?.[0] : undefined;
    const meant = hex === undefined
      ? ESCAPES.get(escaped)
      : String.fromCharCode(parseInt(hex, 16));
    if (meant === undefined) return [undefined, at];
    parts.push(meant);
    if (hex !== undefined) at += hex.length;
    from = at + 1;
  }
  return [undefined, text.length];
}
