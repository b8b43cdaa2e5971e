/** A word of a text, as searches compare it, and where it is. */
export interface Word {
  /** In lower case, in composed form, without invisible characters. */
  readonly word: string;
  /** Where it begins, in UTF-16 units. */
  readonly at: number;
  /** Where it ends. */
  readonly end: number;
}

/** Letters and numbers, with the marks and joiners that belong to them. */
const RUNS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200c\u200d]*/gu;

/** They decide how letters are joined or hyphenated, not which word it is. */
const INVISIBLE = /[\u00ad\u200c\u200d]/g;

const HAN = /\p{Script=Han}/u;

/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * How much a segmenter is given at once. Some runtimes copy all of it for each
 * segment, so that whole texts would take time and memory in their square.
 */
const WINDOW = 256;

let segmenter: Intl.Segmenter | undefined;

/**
 * Find the words of a text, in any language.
 *
 * Scripts without spaces are split by dictionary, with `Intl.Segmenter`.
 */
export function* wordsIn(text: string): Generator<Word> {
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    let at = index;
    for (const part of UNSPACED.test(run) ? segments(run) : [run]) {
      const end = at + part.length;
      const word = part.replace(INVISIBLE, "").normalize("NFKC").toLowerCase();
      yield { word, at, end };
      at = end;
    }
  }
}

/** The words of a text, without their places. */
export function wordsOf(text: string): readonly string[] {
  return Array.from(wordsIn(text), ({ word }) => word);
}

/**
 * What a word is also found by: in Han characters, each of them and each pair,
 * since dictionaries take compounds for one word.
 */
export function partsOf(word: string): readonly string[] {
  if (word.length < 2 || !HAN.test(word)) return [];
  const letters = [...word];
  if (letters.length < 2) return [];
  const pairs = letters.slice(1).map((letter, at) => letters[at] + letter);
  return [...letters, ...(pairs.length > 1 ? pairs : [])];
}

/** Words as phrases compare them: compounds of Han characters are split. */
export function* phraseWordsIn(text: string): Generator<Word> {
  for (const found of wordsIn(text)) {
    const { word, at, end } = found;
    const letters = HAN.test(word) ? [...word] : [word];
    if (letters.length === 1 || word.length !== end - at) {
      yield found;
      continue;
    }
    let from = at;
    for (const letter of letters) {
      yield { word: letter, at: from, end: from += letter.length };
    }
  }
}

function* segments(run: string): Generator<string> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
  for (let at = 0; at < run.length;) {
    const window = run.slice(at, at + WINDOW);
    const found = [...segmenter.segment(window)];
    // The last word may go on behind the window.
    if (at + WINDOW < run.length && found.length > 1) found.pop();
    for (const { segment } of found) {
      yield segment;
      at += segment.length;
    }
  }
}
