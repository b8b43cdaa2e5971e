import type { Span } from "./_span.ts";
import { privateSpans } from "./private_data.ts";

/** How often a text is looked through before its lines are given up. */
const MAX_PASSES = 8;

/**
 * Put a mask over all personal data in a text that patterns can tell.
 *
 * The result has as many characters as the text, and no personal data can be
 * told in it any more: what a mask beside it makes look like some is masked,
 * too. A line where that goes on and on is masked as a whole.
 *
 * @param mask One character.
 */
export function maskPrivate(text: string, mask: string): string {
  let masked = text;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const next = cover(masked, found(masked), mask);
    if (next === masked) return masked;
    masked = next;
  }
  // No data has a line end in it, so the other lines are done.
  return cover(masked, wholeLines(masked, found(masked)), mask);
}

/** Where data is, from the first to the last. */
function found(text: string): readonly Span[] {
  return privateSpans(text).toSorted((a, b) => a.from - b.from);
}

function cover(text: string, spans: Iterable<Span>, mask: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { from, to } of spans) {
    if (to <= done) continue;
    const start = Math.max(from, done);
    parts.push(text.slice(done, start));
    for (const _ of text.slice(start, to)) parts.push(mask);
    done = to;
  }
  return parts.join("") + text.slice(done);
}

/** The lines that spans are in. */
function* wholeLines(text: string, spans: Iterable<Span>): Generator<Span> {
  let done = 0;
  for (const { from, to } of spans) {
    if (to <= done) continue;
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const end = text.indexOf("\n", to);
    done = end < 0 ? text.length : end;
    yield { from: start, to: done };
  }
}
