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

/**
 * A test for parts that follow each other in one sentence, with at most 40
 * characters between each two.
 *
 * @param parts What each part looks like, with the flag `g`.
 */
export function nearby(...parts: readonly RegExp[]): TextTest {
  return (text) =>
    text.split(/[.!?\n]/).some((sentence) => isIn(sentence, parts));
}

function isIn(
  sentence: string,
  [first, ...others]: readonly RegExp[],
): boolean {
  let ends = first ? endsOf(sentence, first) : [];
  for (const part of others) {
    if (ends.length === 0) return false;
    const before = ends.values();
    let next = before.next();
    let nearest = -Infinity;
    ends = Array.from(sentence.matchAll(part)).flatMap((match) => {
      while (!next.done && next.value <= match.index) {
        nearest = next.value;
        next = before.next();
      }
      const near = match.index - nearest <= MAX_GAP;
      return near ? [match.index + match[0].length] : [];
    });
  }
  return ends.length > 0;
}

function endsOf(text: string, part: RegExp): readonly number[] {
  return Array.from(
    text.matchAll(part),
    (match) => match.index + match[0].length,
  );
}
