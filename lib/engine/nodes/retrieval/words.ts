/** A part of a text, in UTF-16 units. */
export interface Span {
  /** Where it begins. */
  readonly at: number;
  /** Where it ends. */
  readonly end: number;
}

/** A word of a text, as searches compare it. */
export interface Word extends Span {
  /** In lower case, in composed form, without invisible characters. */
  readonly word: string;
}

/** Letters and numbers, with the marks and joiners that belong to them. */
const RUNS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200c\u200d]*/gu;

/** They decide how letters are joined or hyphenated, not which word it is. */
const INVISIBLE = /[\u00ad\u200c\u200d]/g;

const HAN = /\p{Script=Han}/u;

/**
 * Letters of scripts that put no spaces between words. Marks are left out: some
 * go with letters of these scripts and of others.
 */
const UNSPACED =
  /(?!\p{M})[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/** What belongs to the letter before it, whatever its script. */
const MARK = /[\p{M}\u00ad\u200c\u200d]/u;

/**
 * How much a segmenter is given at once. Some runtimes copy all of it for each
 * segment, so that whole texts would take quadratic time and memory. Each call
 * is expensive, so that single words would take long, too.
 */
const WINDOW = 256;

let segmenter: Intl.Segmenter | undefined;

/**
 * Find the words of a text, in any language.
 *
 * Scripts without spaces are split by dictionary, with `Intl.Segmenter`.
 */
export function* wordsIn(text: string): Generator<Word> {
  let runs: Span[] = [];
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    let at = index;
    for (const part of UNSPACED.test(run) ? byScript(run) : [run]) {
      const end = at + part.length;
      if (runs[0] && end - runs[0].at > WINDOW) {
        yield* wordsOfRuns(text, runs);
        runs = [];
      }
      if (part.length > WINDOW && UNSPACED.test(part)) {
        yield* wordsOfLongRun(text, { at, end });
      } else runs.push({ at, end });
      at = end;
    }
  }
  yield* wordsOfRuns(text, runs);
}

/** Cut a run where scripts with and without spaces meet. */
function* byScript(run: string): Generator<string> {
  let from = 0;
  let at = 0;
  let before: boolean | undefined;
  for (const letter of run) {
    const isUnspaced = MARK.test(letter) ? before : UNSPACED.test(letter);
    if (at > 0 && isUnspaced !== before) {
      yield run.slice(from, at);
      from = at;
    }
    before = isUnspaced;
    at += letter.length;
  }
  yield run.slice(from);
}

/** The words of runs that fit into a window. */
function wordsOfRuns(text: string, runs: readonly Span[]): readonly Word[] {
  const words: Word[] = [];
  const from = runs[0]?.at ?? 0;
  const window = text.slice(from, runs.at(-1)?.end);
  const segments = UNSPACED.test(window) ? segmentsOf(window) : [];
  let next = 0;
  for (const { at, end } of runs) {
    let begin = at;
    if (segments.length > 0 && UNSPACED.test(text.slice(at, end))) {
      while (next < segments.length && from + segments[next]!.index < end) {
        const cut = from + segments[next++]!.index;
        if (cut <= begin) continue;
        words.push(wordAt(text, begin, cut));
        begin = cut;
      }
    }
    words.push(wordAt(text, begin, end));
  }
  return words;
}

/** The words of a script without spaces, window by window. */
function* wordsOfLongRun(text: string, { at, end }: Span): Generator<Word> {
  for (let from = at; from < end;) {
    const to = Math.min(end, from + WINDOW);
    const segments = segmentsOf(text.slice(from, to));
    // The last word may go on behind the window.
    if (to < end && segments.length > 1) segments.pop();
    for (const { segment } of segments) {
      yield wordAt(text, from, from += segment.length);
    }
  }
}

function wordAt(text: string, at: number, end: number): Word {
  const plain = text.slice(at, end).replace(INVISIBLE, "");
  return { word: plain.normalize("NFKC").toLowerCase(), at, end };
}

function segmentsOf(text: string): Intl.SegmentData[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
  return [...segmenter.segment(text)];
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

/** Whether a word is of a script without spaces; in rows, letters count. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/**
 * A text's words as rows compare them: in scripts without spaces the letters,
 * since dictionaries split a part of a text otherwise than the whole.
 */
export function* rowWordsIn(text: string): Generator<Word> {
  for (const found of wordsIn(text)) {
    const { word, at, end } = found;
    if (!UNSPACED.test(word)) {
      yield found;
      continue;
    }
    // Composed letters have no places of their own.
    const hasPlaces = word.length === end - at;
    let from = at;
    for (const letter of word) {
      const to = hasPlaces ? from + letter.length : end;
      yield { word: letter, at: from, end: to };
      if (hasPlaces) from = to;
    }
  }
}
