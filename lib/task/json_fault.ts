/** A place in a text; both count from 1. */
export interface TextPlace {
  readonly line: number;
  /** In UTF-16 units. */
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
const WORD =
  /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
// deno-lint-ignore no-control-regex -- JSON has none of them in a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/**
 * Find where a text stops being JSON. Parsers say that in a form of their own,
 * and some not at all.
 *
 * @returns The first place that cannot be part of JSON, or `undefined` if the
 * text is JSON.
 */
export function jsonFault(text: string): TextPlace | undefined {
  const closers: string[] = [];
  let at = 0;

  function skip(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at++;
    skip(SPACE);
    return true;
  }

  /** A string; a place in it where it stops being one is not told. */
  function string(): boolean {
    const start = at;
    if (text[at++] === '"') {
      do skip(PLAIN); while (skip(ESCAPE) !== "");
      if (take('"')) return true;
    }
    at = start;
    return false;
  }

  /** The name of a member and its colon, where there is one to come. */
  function member(): boolean {
    if (closers.at(-1) !== "}") return true;
    return string() && take(":");
  }

  /** A value that holds no others, or the beginning of one that does. */
  function value(): "whole" | "begun" | undefined {
    for (const [opener, closer] of ["{}", "[]"]) {
      if (!take(opener!)) continue;
      if (take(closer!)) return "whole";
      closers.push(closer!);
      return "begun";
    }
    if (string()) return "whole";
    if (skip(WORD) === "") return undefined;
    skip(SPACE);
    return "whole";
  }

  skip(SPACE);
  do {
    if (!member()) return placeOf(text, at);
    const found = value();
    if (found === undefined) return placeOf(text, at);
    if (found === "begun") continue;
    while (closers.length > 0 && take(closers.at(-1)!)) closers.pop();
    if (closers.length > 0 && !take(",")) return placeOf(text, at);
  } while (closers.length > 0);
  return at < text.length ? placeOf(text, at) : undefined;
}

function placeOf(text: string, at: number): TextPlace {
  const before = text.slice(0, at);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: at - start + 1 };
}
