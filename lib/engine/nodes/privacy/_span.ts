/** A part of a text. */
export interface Span {
  /** Where it begins. */
  readonly from: number;
  /** Where it ends; the first position behind it. */
  readonly to: number;
}

/**
 * Find what a check accepts, from the start of a group to the end of one: a
 * number may have other groups before and behind that do not belong to it.
 *
 * Of what begins at a group the longest counts, and what is found is not
 * looked into again.
 *
 * @param run What matches it is cut at whatever `gap` matches.
 * @param most The greatest number of characters without gaps.
 */
export function* groupSpans(
  text: string,
  run: RegExp,
  gap: RegExp,
  most: number,
  accepts: (bare: string) => boolean,
): Generator<Span> {
  for (const match of text.matchAll(run)) {
    const groups = groupsOf(match[0], match.index, gap);
    let first = 0;
    while (first < groups.length) {
      const last = longest(groups, first, most, accepts);
      if (last === undefined) {
        first += 1;
        continue;
      }
      yield { from: groups[first]!.from, to: groups[last]!.to };
      first = last + 1;
    }
  }
}

interface Group extends Span {
  readonly text: string;
}

function groupsOf(run: string, at: number, gap: RegExp): readonly Group[] {
  const groups: Group[] = [];
  let from = at;
  for (const text of run.split(gap)) {
    groups.push({ text, from, to: from + text.length });
    from += text.length + 1;
  }
  return groups;
}

function longest(
  groups: readonly Group[],
  first: number,
  most: number,
  accepts: (bare: string) => boolean,
): number | undefined {
  let found: number | undefined;
  let bare = "";
  for (let last = first; last < groups.length; last += 1) {
    bare += groups[last]!.text;
    if (bare.length > most) break;
    if (accepts(bare)) found = last;
  }
  return found;
}
