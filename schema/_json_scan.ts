/** What was found where a JSON value was looked for. */
export interface Scan {
  /** Whether a whole value stands there. */
  readonly valid: boolean;
  /** The place after it, or where it stops being JSON. */
  readonly end: number;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const HEX = /[0-9a-fA-F]{4}/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Find the end of the JSON value at a place of a text.
 *
 * Reads every character once, whatever the nesting, and accepts exactly what
 * `JSON.parse` does.
 */
export function scanJson(text: string, start: number): Scan {
  /** What closes the objects and arrays that are open. */
  const open: ("}" | "]")[] = [];
  let at = start;
  for (;;) {
    const char = text.charAt(at);
    if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      at = skipSpace(text, at + 1);
      if (text.charAt(at) !== close) {
        open.push(close);
        if (close === "}") at = keyEnd(text, at);
        if (at < 0) return { valid: false, end: ~at };
        continue;
      }
      at++;
    } else {
      at = scalarEnd(text, at);
      if (at < 0) return { valid: false, end: ~at };
    }
    // A value has ended, and with it perhaps what it stands in.
    for (;;) {
      const close = open.at(-1);
      if (close === undefined) return { valid: true, end: at };
      at = skipSpace(text, at);
      const after = text.charAt(at);
      if (after === close) {
        open.pop();
        at++;
        continue;
      }
      if (after !== ",") return { valid: false, end: at };
      at = skipSpace(text, at + 1);
      if (close === "}") at = keyEnd(text, at);
      if (at < 0) return { valid: false, end: ~at };
      break;
    }
  }
}

/** The next place that is no white space of JSON. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at++;
  return at;
}

/** Where the value of the member begins whose name is here; or `~failure`. */
function keyEnd(text: string, start: number): number {
  if (text.charAt(start) !== '"') return ~start;
  const end = stringEnd(text, start);
  if (end < 0) return end;
  const colon = skipSpace(text, end);
  return text.charAt(colon) === ":" ? skipSpace(text, colon + 1) : ~colon;
}

function scalarEnd(text: string, start: number): number {
  if (text.charAt(start) === '"') return stringEnd(text, start);
  SCALAR.lastIndex = start;
  return SCALAR.test(text) ? SCALAR.lastIndex : ~start;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 0x20) return ~at;
    if (code !== BACKSLASH) continue;
    const escaped = text.charAt(++at);
    if (escaped === "u") {
      HEX.lastIndex = at + 1;
      if (!HEX.test(text)) return ~at;
      at += 4;
    } else if (escaped === "" || !'"\\/bfnrt'.includes(escaped)) return ~at;
  }
  return ~text.length;
}
