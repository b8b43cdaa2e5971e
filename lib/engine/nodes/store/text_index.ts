import { Room } from "./room.ts";
import { wordsOf } from "./words_of.ts";

/** Which of a query's words a text must have: any, all, all in a row. */
export type MatchOperator = "or" | "and" | "exact";

/** A text that was found. */
export interface TextHit {
  /** The text's id in its index. */
  readonly id: string;
  /** The text. */
  readonly text: string;
  /** How well it matches, above 0. */
  readonly score: number;
}

interface IndexedText {
  readonly id: string;
  readonly text: string;
  readonly words: readonly string[];
  /** How often it has each word. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What a word takes, with how often it is there. */
const WORD_BYTES = 64;

/** How soon more of the same word adds nothing, and how much length matters. */
const K1 = 1.2;
const B = 0.75;

/** The texts of one full-text index, in memory; ranks by BM25. */
export class TextIndex {
  readonly #texts: IndexedText[] = [];
  readonly #having: Map<string, number> = new Map();
  readonly #room: Room;
  #length = 0;

  /** Begin with no texts, in a room that others may share. */
  constructor(room: Room = new Room()) {
    this.#room = room;
  }

  /**
   * Add a text.
   *
   * @throws {ExecutionException} There is no room for it.
   */
  add(text: string): void {
    const words = wordsOf(text);
    this.#room.take(2 * text.length + WORD_BYTES * words.length);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const word of counts.keys()) {
      this.#having.set(word, (this.#having.get(word) ?? 0) + 1);
    }
    this.#length += words.length;
    const id = `text-${this.#texts.length + 1}`;
    this.#texts.push({ id, text, words, counts });
  }

  /** The texts that match, the best first. */
  search(query: string, operator: MatchOperator): readonly TextHit[] {
    const wanted = wordsOf(query);
    if (wanted.length === 0) return [];
    return this.#texts.filter((text) => matches(text, wanted, operator))
      .map((found): TextHit => {
        const { id, text } = found;
        return { id, text, score: this.#score(found, new Set(wanted)) };
      })
      .toSorted((a, b) => b.score - a.score);
  }

  #score({ counts, words }: IndexedText, wanted: ReadonlySet<string>): number {
    const all = this.#texts.length;
    const long = words.length / (this.#length / all);
    let score = 0;
    for (const word of wanted) {
      const count = counts.get(word) ?? 0;
      const having = this.#having.get(word) ?? 0;
      const rarity = Math.log(1 + (all - having + 0.5) / (having + 0.5));
      const damped = count + K1 * (1 - B + B * long);
      score += rarity * count * (K1 + 1) / damped;
    }
    return score;
  }
}

function matches(
  { words, counts }: IndexedText,
  wanted: readonly string[],
  operator: MatchOperator,
): boolean {
  switch (operator) {
    case "or":
      return wanted.some((word) => counts.has(word));
    case "and":
      return wanted.every((word) => counts.has(word));
    case "exact":
      return contains(words, wanted);
  }
}

/** Whether a list of words contains another one, by Knuth, Morris and Pratt. */
function contains(
  words: readonly string[],
  wanted: readonly string[],
): boolean {
  /** For each word, how many before it the list begins with as well. */
  const borders: number[] = [0];
  const step = (word: string | undefined, found: number): number => {
    let length = found;
    while (length > 0 && word !== wanted[length]) length = borders[length - 1]!;
    return word === wanted[length] ? length + 1 : 0;
  };
  for (let at = 1; at < wanted.length; at++) {
    borders.push(step(wanted[at], borders[at - 1]!));
  }
  let found = 0;
  for (const word of words) {
    found = step(word, found);
    if (found === wanted.length) return true;
  }
  return false;
}
