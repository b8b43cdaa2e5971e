/** A function that reads text from others, and what it is given to read. */
export interface TextReader {
  /**
   * What is measured: `path#name` of the exported function, and of those that
   * only this one calls.
   */
  readonly covers: readonly string[];
  /** Read a text; what comes of it does not matter, nor whether it throws. */
  readonly read: (text: string) => unknown;
  /** Pieces that are repeated to make a text, besides the common ones. */
  readonly pieces?: readonly string[];
  /** Texts of another build, by name. */
  readonly texts?: Readonly<Record<string, (size: number) => string>>;
  /**
   * Whether the pieces that are common to all make sense here.
   *
   * @default {true}
   */
  readonly common?: boolean;
}

/** What breaks parsers of many kinds when it is repeated. */
const COMMON = [
  "a",
  " ",
  "\n",
  "1",
  "é\u0301",
  "\ud83d",
  "(",
  "[",
  '"',
  "\\",
  "/",
  "a.",
  "-1,",
  "${",
  "a:b=c; ",
];

/** What no pattern expects at the end. */
const TAIL = "\u0001x";

/** The texts for a reader, each as a function of its length. */
export function hostileTexts(
  { pieces = [], texts = {}, common = true }: TextReader,
): ReadonlyMap<string, (size: number) => string> {
  const repeated = [...new Set([...(common ? COMMON : []), ...pieces])];
  return new Map([
    ...repeated.map((piece) =>
      [
        JSON.stringify(piece),
        (size: number) => piece.repeat(Math.ceil(size / piece.length)) + TAIL,
      ] as const
    ),
    ...Object.entries(texts),
  ]);
}

/** A JSON list whose items are made by number, of about that length. */
export function jsonList(
  size: number,
  item: (at: number) => unknown,
): string {
  const items: string[] = [];
  for (let length = 0; length < size;) {
    const text = JSON.stringify(item(items.length));
    items.push(text);
    length += text.length + 1;
  }
  return `[${items.join(",")}]`;
}
