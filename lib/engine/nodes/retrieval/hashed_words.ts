import { wordsIn } from "./words.ts";

/** Longer words say no more than words of this length. */
const TELLING_LENGTH = 8;

/** How much a part of a word counts, compared to the word. */
const PART_WEIGHT = 0.3;

/** Marks over and under letters of any script; those of one script spell. */
const ACCENTS = /[\u0300-\u036f]/g;

/**
 * Make a vector of a text from its words, without a model: texts that share
 * words, or parts of words, lie near each other.
 *
 * The same text always gives the same vector. Case and accents do not matter,
 * and short words count for little.
 *
 * @param size The length of the vector.
 * @returns A vector of length 1; all zeros when the text has no words.
 */
export function hashedWords(text: string, size: number): number[] {
  const vector = new Array<number>(size).fill(0);
  const add = (feature: string, weight: number): void => {
    const at = hashOf(feature) % size;
    vector[at] = (vector[at] ?? 0) + weight;
  };
  const plain = text.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
  for (const { word } of wordsIn(plain)) {
    const weight = Math.min(word.length, TELLING_LENGTH) / TELLING_LENGTH;
    add(word, weight);
    const marked = `^${word}$`;
    for (let at = 0; at + 3 <= marked.length; at++) {
      add(marked.slice(at, at + 3), weight * PART_WEIGHT);
    }
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
