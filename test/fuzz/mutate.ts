import type { SeededRandom } from "../support/faithful_peer/seeded_random.ts";

/** What a line of a corpus holds. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** One of several. */
export function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.whole(0, items.length - 1)]!;
}

/** What readers of JSON must expect in any place, besides what JSON cannot say. */
const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e-7,
  2 ** 31,
  2 ** 32 + 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1.7976931348623157e308,
  "",
  " ",
  "0",
  "1e9",
  "null",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\ud800",
  "\udc00\ud800",
  "\u202e\u2028\ufeff",
  "../../etc/passwd",
  "${ROCKETRIDE_A}",
  "a".repeat(70_000),
  [],
  {},
  [[]],
  [null],
  { valueOf: 1, toString: 1 },
  { toJSON: 1, then: 1, length: -1 },
  JSON.parse('{"__proto__":{"type":"event","admin":true}}'),
  { constructor: { prototype: 1 } },
  Array.from({ length: 300 }, () => 1),
];

const NAMES: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "then",
  "",
  "0",
  "a",
];

/** How deeply lists and records are nested where something is nested. */
const DEPTHS: readonly number[] = [1, 2, 30, 255, 257, 700];

/** A value from a corpus, or one that nobody expects. */
function otherValue(random: SeededRandom, parts: readonly Json[]): Json {
  if (parts.length > 0 && random.chance(0.4)) return pick(random, parts);
  return pick(random, VALUES);
}

/**
 * Change JSON in one to four places: another kind of value, a neighbour
 * removed, repeated or swapped, an unknown member, deep nesting, a number or a
 * string that is a little different.
 *
 * @param parts Values that make sense somewhere, put anywhere.
 */
export function mutateJson(
  random: SeededRandom,
  value: Json,
  parts: readonly Json[] = [],
): Json {
  let result = value;
  const edits = random.chance(0.6) ? 1 : random.whole(2, 4);
  for (let count = 0; count < edits; count++) {
    result = editSome(random, result, parts);
  }
  return result;
}

function editSome(
  random: SeededRandom,
  value: Json,
  parts: readonly Json[],
): Json {
  const goesDown = typeof value === "object" && value !== null &&
    random.chance(0.8);
  if (Array.isArray(value)) {
    if (value.length === 0 || !goesDown) return edit(random, value, parts);
    const at = random.whole(0, value.length - 1);
    return value.with(at, editSome(random, value[at], parts));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as Record<string, Json>);
    if (entries.length === 0 || !goesDown) return edit(random, value, parts);
    const at = random.whole(0, entries.length - 1);
    const [name, inner] = entries[at]!;
    return Object.fromEntries(
      entries.with(at, [name, editSome(random, inner, parts)]),
    );
  }
  return edit(random, value, parts);
}

function edit(
  random: SeededRandom,
  value: Json,
  parts: readonly Json[],
): Json {
  const other = (): Json => otherValue(random, parts);
  const kind = random.whole(0, 9);
  if (kind === 0) return nested(random, value);
  if (kind === 1) return [value];
  if (kind <= 3) return other();
  if (typeof value === "string") return mutateText(random, value);
  if (typeof value === "number") {
    return pick(random, [
      value + 1,
      -value,
      value / 3,
      value * 1e15,
      String(value),
    ]);
  }
  if (Array.isArray(value)) return editList(random, value, other);
  if (typeof value === "object" && value !== null) {
    return editRecord(random, value as Record<string, Json>, other);
  }
  return other();
}

function editList(
  random: SeededRandom,
  list: readonly Json[],
  other: () => Json,
): Json {
  const at = random.whole(0, list.length);
  switch (random.whole(0, 4)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, other());
    case 2:
      return [...list, ...list].slice(0, 500);
    case 3:
      return list.toReversed();
    default:
      return list.length === 0
        ? [other()]
        : list.toSpliced(at, 0, pick(random, list));
  }
}

function editRecord(
  random: SeededRandom,
  record: Readonly<Record<string, Json>>,
  other: () => Json,
): Json {
  const entries = Object.entries(record);
  if (entries.length === 0) return { [pick(random, NAMES)]: other() };
  const at = random.whole(0, entries.length - 1);
  const [name, value] = entries[at]!;
  switch (random.whole(0, 4)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 1:
      return Object.fromEntries([...entries, [pick(random, NAMES), other()]]);
    case 2: {
      const renamed = random.chance(0.5)
        ? pick(random, NAMES)
        : mutateText(random, name);
      return Object.fromEntries(entries.with(at, [renamed, value]));
    }
    case 3: {
      const [, another] = pick(random, entries);
      return Object.fromEntries(entries.with(at, [name, another]));
    }
    default:
      return Object.fromEntries(entries.with(at, [name, other()]));
  }
}

function nested(random: SeededRandom, value: Json): Json {
  const isList = random.chance(0.5);
  let result = value;
  for (let depth = pick(random, DEPTHS); depth > 0; depth--) {
    result = isList ? [result] : { a: result };
  }
  return result;
}

/** What breaks readers of text. */
const PIECES: readonly string[] = [
  "\0",
  "\t",
  "\r",
  "\n",
  "\r\n",
  "\n\n",
  "\u001b[31m",
  "\u007f",
  "\u0085",
  "\u00a0",
  "e\u0301",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ufffd",
  "\ud800",
  "\udfff",
  "\u{1f600}",
  "\u{10ffff}",
  '"',
  "'",
  "`",
  "\\",
  "\\u",
  "\\ud800",
  "/",
  "//",
  "..",
  "/../",
  "%",
  "%2e%2e%2f",
  "%00",
  "%ff",
  "&",
  "=",
  ";",
  ":",
  ",",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "<",
  ">",
  "<!--",
  "${",
  "}}",
  "*",
  "+",
  "-",
  ".",
  "?",
  "@",
  "#",
  "|",
  "~",
  "0",
  "1e999",
  "-0",
  "9007199254740993",
  "NaN",
  "Infinity",
  "null",
  "__proto__",
];

/** Change a text in one to four places. */
export function mutateText(
  random: SeededRandom,
  text: string,
  pieces: readonly string[] = PIECES,
): string {
  let result = text;
  const edits = random.chance(0.5) ? 1 : random.whole(2, 4);
  for (let count = 0; count < edits; count++) {
    result = editText(random, result, pieces);
  }
  return result;
}

function editText(
  random: SeededRandom,
  text: string,
  pieces: readonly string[],
): string {
  const at = random.whole(0, text.length);
  const end = Math.min(text.length, at + random.whole(1, 12));
  const before = text.slice(0, at);
  const piece = pick(random, random.chance(0.7) ? pieces : PIECES);
  switch (random.whole(0, 8)) {
    case 0:
      return before;
    case 1:
      return before + text.slice(end);
    case 2:
      return before + piece.repeat(random.whole(2, 60)) + text.slice(at);
    case 3:
      return before + text.slice(at, end).repeat(random.whole(2, 20)) +
        text.slice(end);
    case 4: {
      const from = random.whole(0, text.length);
      return before + text.slice(from, from + 40) + text.slice(at);
    }
    case 5:
      return before + changedCase(text.slice(at, end)) + text.slice(end);
    case 6:
      return before + String.fromCharCode(random.whole(0, 255)) +
        text.slice(at + 1);
    default:
      return before + piece + text.slice(random.chance(0.5) ? at : end);
  }
}

function changedCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}

/** Change bytes, which are written as characters up to U+00FF. */
export function mutateBytes(
  random: SeededRandom,
  text: string,
  pieces: readonly string[] = ["\r\n", "\0", "\xff", "\n"],
): string {
  if (text.length > 0 && random.chance(0.3)) {
    const at = random.whole(0, text.length - 1);
    const flipped = text.charCodeAt(at) ^ (1 << random.whole(0, 7));
    return text.slice(0, at) + String.fromCharCode(flipped) +
      text.slice(at + 1);
  }
  return mutateText(random, text, pieces).replace(/[^\0-\xff]/g, "\x80");
}

/** The bytes that {@linkcode mutateBytes} changes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Change a text that holds JSON: mostly as JSON, now and then as text, which
 * gives what JSON cannot say, and JSON that is none.
 */
export function mutateJsonText(
  random: SeededRandom,
  text: string,
  parts: readonly Json[] = [],
): string {
  if (random.chance(0.25)) return mutateText(random, text);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateText(random, text);
  }
  return JSON.stringify(mutateJson(random, value, parts));
}
