/** Whether something is in a text. */
export type TextTest = (text: string) => boolean;

/** A test for a pattern. */
export function matching(pattern: RegExp): TextTest {
  return (text) => pattern.test(text);
}

/** A test for what one of several tests finds. */
export function either(...tests: readonly TextTest[]): TextTest {
  return (text) => tests.some((test) => test(text));
}

/** The most characters between two parts. */
const MAX_GAP = 40;

/** What ends a sentence. */
const END = /[.!?\n]/;

/**
 * A test for parts that follow each other in one sentence, with at most 40
 * characters between each two.
 *
 * @param parts What each part looks like, with the flag `g`.
 */
export function nearby(...parts: readonly RegExp[]): TextTest {
  return (text) => {
    let ends: readonly number[] | undefined;
    for (const part of parts) {
      ends = endsNear(text, part, ends);
      if (ends.length === 0) return false;
    }
    return true;
  };
}

/** Where a part ends that stands near the end of another; of all, if none. */
function endsNear(
  text: string,
  part: RegExp,
  others: readonly number[] | undefined,
): readonly number[] {
  const ends: number[] = [];
  let next = 0;
  for (const match of text.matchAll(part)) {
    const end = match.index + match[0].length;
    if (!others) {
      ends.push(end);
      continue;
    }
    // Only the nearest counts: between farther ones there is all of this, too.
    while (next < others.length && others[next]! <= match.index) next++;
    const nearest = others[next - 1] ?? -Infinity;
    const isNear = match.index - nearest <= MAX_GAP &&
      !END.test(text.slice(nearest, match.index));
    if (isNear) ends.push(end);
  }
  return ends;
}
