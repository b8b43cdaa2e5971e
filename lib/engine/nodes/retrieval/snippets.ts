import type { Span } from "./words.ts";

/** What official engines put around what was found. */
const MARK = ['<mark class="ap-highlight">', "</mark>"] as const;

/** The greatest number of snippets of one text. */
const MOST = 5;

/** Behind a sentence, or a paragraph. */
const SENTENCE_END = /[.!?…]["'”’)\]]*\s+|[。！？]["”’」』）]*|\n+/g;

interface Snippet {
  readonly matches: number;
  readonly text: string;
}

/**
 * Cut out of a text what is around the matches in it, with marks around them.
 *
 * A snippet begins with a sentence where that is near enough, and ends with
 * one where it can. Of many, those with the most matches are returned, in the
 * order of the text.
 *
 * @param matches In order; those that overlap others are left out.
 * @param size The greatest length of a snippet in UTF-16 units, not counting
 * marks; a match that is longer makes a longer one.
 */
export function snippetsOf(
  text: string,
  matches: readonly Span[],
  size: number,
): readonly string[] {
  const all: Snippet[] = [];
  let done = 0;
  for (let next = 0; next < matches.length;) {
    const { at, end } = matches[next]!;
    let behind = next + 1;
    if (at >= done) {
      const least = Math.max(done, Math.min(at, end - size));
      const from = startOf(text, done, least, at);
      let most = Math.max(end, Math.min(text.length, from + size));
      while (behind < matches.length && matches[behind]!.end <= most) behind++;
      // A match is not cut.
      most = Math.max(end, Math.min(most, matches[behind]?.at ?? most));
      done = endOf(text, end, most);
      while (matches[behind - 1]!.end > done) behind--;
      const inside = matches.slice(next, behind);
      const snippet = marked(text, from, done, inside);
      all.push({ matches: inside.length, text: snippet });
    }
    next = behind;
  }
  const best = all.toSorted((a, b) => b.matches - a.matches).slice(0, MOST);
  return all.filter((snippet) => best.includes(snippet))
    .map(({ text }) => text);
}

/** Behind the last end of a sentence, else behind the first space. */
function startOf(
  text: string,
  done: number,
  least: number,
  at: number,
): number {
  const before = text.slice(least, at);
  const sentence = lastEnd(before);
  if (sentence > 0 || least === done) return least + sentence;
  const space = before.search(/\s/);
  if (space !== -1) return least + space;
  return isInCharacter(text, least) ? least + 1 : least;
}

/** Behind the last end of a sentence, else before the last space. */
function endOf(text: string, least: number, most: number): number {
  if (most === text.length || most <= least) return Math.max(least, most);
  const after = text.slice(least, most);
  const sentence = lastEnd(after);
  if (sentence > 0) return least + sentence;
  let space = after.length - 1;
  while (space >= 0 && !/\s/.test(after[space]!)) space--;
  if (space >= 0) return least + space;
  return isInCharacter(text, most) ? most - 1 : most;
}

function lastEnd(text: string): number {
  let end = 0;
  for (const { 0: found, index } of text.matchAll(SENTENCE_END)) {
    end = index + found.length;
  }
  return end;
}

function isInCharacter(text: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(text[at] ?? "");
}

/** Matches that touch get one pair of marks. */
function marked(
  text: string,
  from: number,
  to: number,
  matches: readonly Span[],
): string {
  let result = "";
  let done = from;
  for (let next = 0; next < matches.length; next++) {
    const { at } = matches[next]!;
    if (at < done) continue;
    while (matches[next + 1]?.at === matches[next]!.end) next++;
    const { end } = matches[next]!;
    result += text.slice(done, at) + MARK[0] + text.slice(at, end) + MARK[1];
    done = end;
  }
  return (result + text.slice(done, to)).trim();
}
