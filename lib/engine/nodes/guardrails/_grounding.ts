/** The least share of a sentence's words that must be in the documents. */
const LEAST_SHARE = 0.3;

/** The longest sentence that is too short to say anything. */
const SHORT = 10;

/** Words of three letters and more that say nothing about a subject. */
const STOP_WORDS = new Set(
  ("about above after again all also and any are because been before being " +
    "below between both but can cannot could did does doing down during each " +
    "few for from further had has have having her here hers him his how into " +
    "its itself just may might more most must nor not now off once only other " +
    "our ours out over own same shall she should some such than that the " +
    "their theirs them then there these they this those through too under " +
    "until very was were what when where which while who whom why will with " +
    "would you your yours").split(" "),
);

/**
 * Count the sentences of an answer that share too few words with the
 * documents to rest on them. Without documents none is counted.
 */
export function ungrounded(text: string, seen: readonly string[]): number {
  const known = new Set(seen.flatMap(wordsOf));
  if (seen.length === 0) return 0;
  const sentences = text.split(/[.!?\n]+/).map((sentence) => sentence.trim());
  return sentences.filter((sentence) => {
    const words = wordsOf(sentence);
    if (sentence.length <= SHORT || words.length === 0) return false;
    const shared = words.filter((word) => known.has(word)).length;
    return shared / words.length < LEAST_SHARE;
  }).length;
}

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}
