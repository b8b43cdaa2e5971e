import { MemoryBudget } from "./collection.ts";
import {
  isUnspaced,
  partsOf,
  rowWordsIn,
  type Span,
  wordsIn,
  wordsOf,
} from "./words.ts";

/** What is looked for in texts. */
export interface TextQuery {
  /** The words. */
  readonly text: string;
  /** Which of them a text must have: any, all, or all of them in a row. */
  readonly operator: "or" | "and" | "exact";
  /** How many other words may be between those of a row. */
  readonly slop?: number;
}

/** A text that was found. */
export interface TextHit {
  /** The text's id in its index. */
  readonly id: string;
  /** The text. */
  readonly text: string;
  /** How well it matches, above 0. */
  readonly score: number;
}

/** What a word of a text takes: its entry in the list of the word. */
const ENTRY_BYTES = 64;

/** How soon more of the same word adds nothing, and how much length matters. */
const K1 = 1.2;
const B = 0.75;

/** Longer rows are only found without other words between theirs. */
const MOST_SLOPPY_WORDS = 64;

/** The texts of one full-text index, in memory; ranks by BM25. */
export class TextIndex {
  readonly #texts: { readonly text: string; readonly length: number }[] = [];
  /** By word: the number of a text, how often it has the word, and so on. */
  readonly #postings: Map<string, number[]> = new Map();
  readonly #budget: MemoryBudget;
  #length = 0;

  /** Begin with no texts; the budget may be shared. */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  /**
   * Add a text.
   *
   * @throws {ExecutionException} There is no memory for it.
   */
  add(text: string): void {
    const counts = new Map<string, number>();
    const count = (word: string): void =>
      void counts.set(word, (counts.get(word) ?? 0) + 1);
    const letters = new Set<string>();
    let length = 0;
    for (const { word } of wordsIn(text)) {
      count(word);
      for (const part of partsOf(word)) count(part);
      if (isUnspaced(word)) { for (const letter of word) letters.add(letter); }
      length += 1;
    }
    for (const letter of letters) count(rowKey(letter));
    this.#budget.take(2 * text.length + ENTRY_BYTES * counts.size);
    const at = this.#texts.push({ text, length }) - 1;
    this.#length += length;
    for (const [word, count] of counts) {
      const posting = this.#postings.get(word);
      if (posting) posting.push(at, count);
      else this.#postings.set(word, [at, count]);
    }
  }

  /** The texts that match, the best first. */
  search(query: TextQuery): readonly TextHit[] {
    const isRow = query.operator === "exact";
    const words = new Set(
      isRow ? rowOf(query.text).map(rowKey) : wordsOf(query.text),
    );
    const found = new Map<number, { score: number; words: number }>();
    for (const word of words) {
      const posting = this.#postings.get(word) ?? [];
      for (let next = 0; next < posting.length; next += 2) {
        const at = posting[next]!;
        const hit = found.get(at) ?? { score: 0, words: 0 };
        hit.score += this.#score(at, posting[next + 1]!, posting.length / 2);
        hit.words += 1;
        found.set(at, hit);
      }
    }
    const least = query.operator === "or" ? 1 : words.size;
    return [...found].filter(([, hit]) => hit.words >= least)
      .sort(([a, { score }], [b, other]) => other.score - score || a - b)
      .map(([at, { score }]) => {
        const { text } = this.#texts[at]!;
        return { id: `text-${at + 1}`, text, score };
      })
      .filter(({ text }) => !isRow || !rowsIn(text, query).next().done);
  }

  #score(at: number, count: number, having: number): number {
    const all = this.#texts.length;
    const rarity = Math.log(1 + (all - having + 0.5) / (having + 0.5));
    const long = this.#texts[at]!.length / (this.#length / all);
    return rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * long));
  }
}

/** Where a text has what is looked for, in order. */
export function matchesIn(text: string, query: TextQuery): readonly Span[] {
  if (query.operator === "exact") return [...rowsIn(text, query)].flat();
  const wanted = new Set(wordsOf(query.text));
  return [...wordsIn(text)].filter(({ word }) =>
    wanted.has(word) || partsOf(word).some((part) => wanted.has(part))
  );
}

/** The rows of words in a text that are those of the query, one by one. */
function* rowsIn(
  text: string,
  { text: query, slop = 0 }: TextQuery,
): Generator<readonly Span[]> {
  const wanted = rowOf(query);
  if (wanted.length === 0) return;
  const words = [...rowWordsIn(text)];
  const find = slop === 0 || wanted.length > MOST_SLOPPY_WORDS
    ? strictRow(wanted)
    : sloppyRow(wanted, slop);
  for (const [at, { word }] of words.entries()) {
    const places = find(word, at);
    if (places) yield places.map((place) => words[place]!);
  }
}

/** Letters of rows are no words, and are in the lists under other names. */
function rowKey(word: string): string {
  return isUnspaced(word) ? `'${word}` : word;
}

function rowOf(query: string): readonly string[] {
  return Array.from(rowWordsIn(query), ({ word }) => word);
}

/**
 * Takes the words of a text one by one. Returns the places of a row when it is
 * complete, and begins anew behind it.
 */
type FindRow = (word: string, at: number) => readonly number[] | undefined;

/** All words in a row, by Knuth, Morris and Pratt. */
function strictRow(wanted: readonly string[]): FindRow {
  /** For each word, how many before it the list begins with as well. */
  const borders: number[] = [0];
  const step = (word: string, found: number): number => {
    let length = found;
    while (length > 0 && word !== wanted[length]) length = borders[length - 1]!;
    return word === wanted[length] ? length + 1 : 0;
  };
  for (let at = 1; at < wanted.length; at++) {
    borders.push(step(wanted[at]!, borders[at - 1]!));
  }
  let found = 0;
  return (word, at) => {
    found = step(word, found);
    if (found < wanted.length) return undefined;
    found = 0;
    return wanted.map((_, index) => at - wanted.length + 1 + index);
  };
}

/** A word of a row, and those before it. */
interface Step {
  readonly at: number;
  readonly first: number;
  readonly before: Step | undefined;
}

/** All words in their order, with at most `slop` others between them. */
function sloppyRow(wanted: readonly string[], slop: number): FindRow {
  /** For each word, the row up to it that begins last. */
  let steps: (Step | undefined)[] = [];
  return (word, at) => {
    // From the end, so that one word is not taken twice.
    for (let index = wanted.length - 1; index >= 0; index--) {
      const before = steps[index - 1];
      if (word !== wanted[index] || (index > 0 && !before)) continue;
      steps[index] = { at, first: before?.first ?? at, before };
    }
    const last = steps[wanted.length - 1];
    if (!last) return undefined;
    steps[wanted.length - 1] = undefined;
    if (at - last.first - wanted.length + 1 > slop) return undefined;
    steps = [];
    const places: number[] = [];
    for (let step: Step | undefined = last; step; step = step.before) {
      places.push(step.at);
    }
    return places.reverse();
  };
}
