/** Longer names are not compared. */
const MOST_CHARACTERS = 64;

/**
 * Find the known name that an unknown one probably means: the nearest, if no
 * more than a third of its characters differ.
 */
export function nearest(
  unknown: string,
  known: Iterable<string>,
): string | undefined {
  const word = unknown.toLowerCase().slice(0, MOST_CHARACTERS);
  let best: string | undefined;
  let least = Math.floor(word.length / 3) + 1;
  for (const name of known) {
    const distance = editDistance(
      word,
      name.toLowerCase().slice(0, MOST_CHARACTERS),
    );
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

/** How many characters must be added, removed or replaced. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(Math.min(
        above[column]! + 1,
        current[column - 1]! + 1,
        above[column - 1]! + same,
      ));
    }
    above = current;
  }
  return above[b.length]!;
}
