import type { JsonObject } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import type { ChunkLimit } from "./text_splitter.ts";

/** How long chunks may be, and whether longer ones are cut by force. */
export interface ChunkRule extends ChunkLimit {
  /** Whether a part that has no separator is cut all the same. */
  readonly force: boolean;
}

/**
 * Read the length settings of the chunker.
 *
 * `strlen` counts characters, that is, code points. `tokens` estimates
 * `ceil(UTF-8 bytes / bytes_per_token)`; the limit is kept in bytes, so that
 * lengths add up. `max_model_tokens` less `token_safety_margin` caps the
 * limit, and then nothing may exceed it.
 *
 * @param id The component's id, for messages.
 * @throws {ValidationException} The mode is unknown, or a number is not one.
 */
export function chunkRule(config: JsonObject, id: string): ChunkRule {
  const positive = (name: string, fallback: number): number => {
    const value = config[name] ?? fallback;
    if (typeof value === "number" && value > 0) return value;
    throw new ValidationException(
      `Component ${id}: '${name}' must be a number above 0`,
    );
  };
  const { mode = "strlen", max_model_tokens: cap } = config;
  if (mode === "strlen") {
    return {
      most: positive("strlen", 512),
      measure: codePoints,
      force: false,
    };
  }
  if (mode !== "tokens") {
    throw new ValidationException(
      `Component ${id}: 'mode' must be 'strlen' or 'tokens'`,
    );
  }
  const wanted = Math.max(1, Math.floor(positive("tokens", 512)));
  const capped = cap !== undefined && cap !== null;
  const margin = config.token_safety_margin === 0
    ? 0
    : positive("token_safety_margin", 32);
  const tokens = capped
    ? Math.max(1, Math.min(wanted, positive("max_model_tokens", 0) - margin))
    : wanted;
  return {
    most: tokens * positive("bytes_per_token", 3),
    measure: utf8Bytes,
    force: capped,
  };
}

/** The number of characters, a surrogate pair counting as one. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    if (text.codePointAt(at)! < 0x10000) continue;
    count -= 1;
    at += 1;
  }
  return count;
}

/** The length in UTF-8, without encoding. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (code >= 0x10000) at += 1;
  }
  return bytes;
}
