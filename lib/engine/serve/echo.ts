/** No client numbers its requests, or names a command, at more length. */
const MOST_CHARACTERS = 256;
/** A failure may quote what it is about, but not all of something large. */
const MOST_WORDS = 16_384;

/** What a response is about, as much of it as can be repeated. */
export interface Subject {
  /** The number of the request, or whatever it had instead. */
  readonly seq?: number | string | null | undefined;
  /** Its command. */
  readonly command?: string | undefined;
}

/**
 * What a response may repeat of a message. It comes from the client and is in
 * every response, even in one that refuses.
 *
 * @returns `undefined` when the `seq` cannot be repeated.
 */
export function subjectOf(
  message: { readonly seq?: unknown; readonly command?: unknown },
): Subject | undefined {
  const { seq, command } = message;
  const isNumber = typeof seq === "number" || seq === undefined || seq === null;
  if (!isNumber && !isShort(seq)) return undefined;
  return { seq, ...(isShort(command) && { command }) };
}

/** Cut the words of a failure to a length that a response may have. */
export function shortened(words: string): string {
  if (words.length <= MOST_WORDS) return words;
  return `${words.slice(0, MOST_WORDS)}…`;
}

/** Whether a value is text of a length that names have. */
export function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length <= MOST_CHARACTERS;
}
