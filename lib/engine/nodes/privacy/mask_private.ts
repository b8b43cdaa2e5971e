import { privateSpans } from "./private_data.ts";

/**
 * Put a mask over all personal data in a text that patterns can tell.
 *
 * The result has as many characters as the text, and no personal data can be
 * told in it any more: what a mask beside it makes look like some is masked,
 * too.
 *
 * @param mask One character.
 */
export function maskPrivate(text: string, mask: string): string {
  let masked = text;
  for (;;) {
    const next = maskOnce(masked, mask);
    if (next === masked) return masked;
    masked = next;
  }
}

function maskOnce(text: string, mask: string): string {
  const spans = privateSpans(text).toSorted((a, b) => a.from - b.from);
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
