import type { JsonValue } from "../../../../schema/json.ts";
import { messageOf } from "../../run/failure.ts";
import type { Memory } from "./_memory.ts";
import { queryPath } from "./query_path.ts";

/** The most items of a list that one look shows. */
const MOST_ITEMS = 50;

/** The most characters of JSON text that one look shows. */
const MOST_CHARACTERS = 8_000;

/** What a look into memory shows. */
export type Peek =
  | { readonly ok: false; readonly key: string; readonly error: string }
  | ({ readonly ok: true; readonly key: string } & Window);

/** A value, or the part of it that is shown. */
interface Window {
  /** The value; a part of the list or of the text when there is a window. */
  readonly value: JsonValue;
  /** What the window is measured in. */
  readonly unit?: "items" | "characters";
  /** Where it begins. */
  readonly offset?: number;
  /** How long the whole is. */
  readonly total?: number;
}

/**
 * Look at a part of a value that may be too large to show.
 *
 * Of a list at most 50 items are shown, and only as many as 8,000 characters
 * of JSON hold; of a text 8,000 characters; a record that is longer is shown
 * as such a piece of its JSON text. `offset` moves on. What fits is shown
 * whole, with nothing about a window.
 *
 * @param args `key`, perhaps `path` in JMESPath, perhaps `offset`.
 * @returns With `ok: false` when there is no such value, or the path is none.
 */
export function peek(
  memory: Memory,
  args: Readonly<Record<string, unknown>>,
): Peek {
  const key = String(args.key ?? "");
  const fail = (error: string): Peek => ({ ok: false, key, error });
  const { ok, value } = memory.get(key);
  if (!ok) return fail(`Nothing is kept under '${key}'`);
  const { path = "", offset = 0 } = args;
  if (typeof path !== "string") return fail("'path' must be a text");
  if (!isOffset(offset)) return fail("'offset' must be a whole number from 0");
  try {
    return { ok: true, key, ...shown(queryPath(value, path), offset) };
  } catch (error) {
    return fail(`'path' cannot be followed: ${messageOf(error)}`);
  }
}

function isOffset(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function shown(value: JsonValue, offset: number): Window {
  if (Array.isArray(value)) return items(value, offset);
  if (typeof value === "string") return characters(value, offset);
  const text = JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? characters(text, offset) : { value };
}

function items(list: readonly JsonValue[], offset: number): Window {
  const window: JsonValue[] = [];
  let length = 2;
  for (const item of list.slice(offset, offset + MOST_ITEMS)) {
    length += JSON.stringify(item).length + 1;
    if (length > MOST_CHARACTERS && window.length > 0) break;
    // Alone and too long: better a piece of it than nothing.
    window.push(length > MOST_CHARACTERS ? beginning(item) : item);
  }
  if (window.length === list.length && window[0] === list[0]) {
    return { value: window };
  }
  return { value: window, unit: "items", offset, total: list.length };
}

function beginning(item: JsonValue): string {
  const text = typeof item === "string" ? item : JSON.stringify(item);
  return cut(text, 0);
}

function characters(text: string, offset: number): Window {
  const value = cut(text, offset);
  if (value.length === text.length) return { value };
  return { value, unit: "characters", offset, total: text.length };
}

/** Half a surrogate pair would not survive the way to a model. */
function cut(text: string, offset: number): string {
  const end = offset + MOST_CHARACTERS;
  const last = text.charCodeAt(end - 1);
  const splits = end < text.length && last >= 0xd800 && last < 0xdc00;
  return text.slice(offset, splits ? end - 1 : end);
}
