/** Longer words say no more than words of this length. */
const TELLING_LENGTH = 8;

/** How much a part of a word counts, compared to the word. */
const PART_WEIGHT = 0.3;

/**
 * Make a vector of a text from its words, without a model: texts that share
 * words, or parts of words, lie near each other.
 *
 * The same text always gives the same vector. Case and accents do not matter,
 * and short words count for little.
 *
 * @param size How long the vector is.
 * @returns A vector of length 1; all zeros when the text has no words.
 */
export function hashedWords(text: string, size: number): number[] {
  const vector = new Array<number>(size).fill(0);
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    const weight = Math.min(word.length, TELLING_LENGTH) / TELLING_LENGTH;
    add(vector, word, weight);
    for (const part of partsOf(word)) add(vector, part, weight * PART_WEIGHT);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Three letters at a time, with the edges of the word marked. */
function partsOf(word: string): readonly string[] {
  const marked = `^${word}$`;
  return Array.from(
    { length: Math.max(0, marked.length - 2) },
    (_, at) => marked.slice(at, at + 3),
  );
}

function add(vector: number[], feature: string, weight: number): void {
  const at = hashOf(feature) % vector.length;
  vector[at] = (vector[at] ?? 0) + weight;
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
