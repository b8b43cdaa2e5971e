import type { JsonValue } from "./json.ts";

const FENCE = "```";
const OPENERS = "{[";
/** How many places in a text may be tried as the start of a value. */
const MAX_STARTS = 64;

/**
 * Parse the JSON in a model's answer.
 *
 * Takes, in this order, the first that is valid JSON: the whole text, what
 * stands in a code fence, and an object or array in the middle of prose.
 * `<think>` blocks are removed first, with whatever fences they hold. Line
 * ends inside values are kept. Of several values in prose the longest counts.
 * The work grows with the length of the text alone, whatever a model wrote.
 *
 * The official clients take only the first two, and lose line ends
 * (api §1.3).
 *
 * @param text The answer of a model.
 * @returns The JSON value.
 * @throws {SyntaxError} The text holds no valid JSON.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseJson } from "@rocketride/streams/schema";
 *
 * const fence = "`".repeat(3);
 * const text = `Sure!\n${fence}json\n{ "keywords": ["a", "b"] }\n${fence}\nBye`;
 * assertEquals(parseJson(text), { keywords: ["a", "b"] });
 * assertEquals(parseJson('Here you are: {"a": 1}.'), { a: 1 });
 * ```
 */
export function parseJson(text: string): JsonValue {
  // The whole text comes first: a valid value may speak of fences or thoughts.
  const whole = parsed(bare(text));
  if (whole) return whole.value;
  const spoken = bare(withoutThoughts(text));
  const found = parsed(spoken) ?? fenced(spoken) ?? embedded(spoken);
  if (found) return found.value;
  throw new SyntaxError("Cannot find JSON in the answer");
}

/** A value that was found; wrapped, since `null` is one, too. */
interface Found {
  readonly value: JsonValue;
}

function parsed(text: string): Found | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function bare(text: string): string {
  return text.replace(/^\uFEFF/, "").trim();
}

function withoutThoughts(text: string): string {
  const open = "<think>";
  const close = "</think>";
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(open, at);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) return parts.concat(text.slice(at)).join("");
    parts.push(text.slice(at, start));
    at = end + close.length;
  }
}

/** The value between two fences; inner fences may belong to its strings. */
function fenced(text: string): Found | undefined {
  const fences = positions(text, FENCE);
  for (let from = 0; from < fences.length; from++) {
    const start = bodyStart(text, fences[from]!);
    const ends = fences.slice(from + 1);
    for (const end of [ends[0], ends.at(-1), ...ends.slice(1, -1)]) {
      const body = text.slice(start, end ?? text.length).trim();
      const found = body === "" ? undefined : parsed(body);
      if (found) return found;
    }
  }
  return undefined;
}

/** Where a fence's content begins: after its language, if it names one. */
function bodyStart(text: string, fence: number): number {
  const start = fence + FENCE.length;
  const language = /^[A-Za-z0-9_+-]*(?=\s|[[{"])/.exec(
    text.slice(start, start + 32),
  );
  return start + (language?.[0].length ?? 0);
}

/** The first few places of a mark; hostile texts have thousands. */
function positions(text: string, mark: string): number[] {
  const found: number[] = [];
  let at = text.indexOf(mark);
  while (at >= 0 && found.length < 16) {
    found.push(at);
    at = text.indexOf(mark, at + mark.length);
  }
  return found;
}

/** The longest object or array in prose; a shorter one may be a footnote. */
function embedded(text: string): Found | undefined {
  let longest = 0;
  let best: Found | undefined;
  let starts = 0;
  for (let at = 0; at < text.length && starts < MAX_STARTS; at++) {
    if (!OPENERS.includes(text.charAt(at))) continue;
    starts++;
    const end = closing(text, at);
    const found = end === undefined ? undefined : parsed(text.slice(at, end));
    if (end === undefined || !found) continue;
    if (end - at > longest) {
      longest = end - at;
      best = found;
    }
    at = end - 1;
  }
  return best;
}

/** Where the bracket at `start` is closed, strings left out of account. */
function closing(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return undefined;
}
