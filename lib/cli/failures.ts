import { isDAPException } from "../../mod.ts";

/** An error, as it is printed. */
export interface ShownError {
  readonly message: string;
  readonly hint?: string;
}

/** Wrong usage, which exits with 2. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name: string = "UsageError";
  /** What to do instead. */
  readonly hint: string | undefined;

  /** Make an error. */
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A failure with a message of the command, which exits with 1. */
export class Failure extends UsageError {
  /** The class's name. */
  override readonly name: string = "Failure";
}

/** What the library advises programs, and what the command has for it. */
const ADVICE: readonly (readonly [program: string, command: string])[] = [
  ["Start the pipeline with use()", "Start a pipeline with: rocketride start"],
  [
    "Set useExisting to join it, or terminate it first",
    "End it first with: rocketride stop",
  ],
  ["Set recursive to remove", "Use --recursive to remove"],
  ["Check auth or ROCKETRIDE_APIKEY", "Check --apikey or ROCKETRIDE_APIKEY"],
  ["set another mimeType", "use run or send with another --type"],
  ["validate() lists", "rocketride validate lists"],
  ["getServices() lists", "rocketride services lists"],
];

/** A text of the library with advice for the user of the command. */
export function forCommand(text: string): string {
  for (const [program, command] of ADVICE) {
    text = text.replaceAll(program, command);
  }
  return text;
}

/** The message and the hint of an error. */
export function shown(error: unknown): ShownError {
  const { message, hint } = partsOf(error);
  return {
    message: forCommand(message),
    ...(hint && { hint: forCommand(hint) }),
  };
}

function partsOf(error: unknown): ShownError {
  if (!(error instanceof Error)) return { message: String(error) };
  const hint = error instanceof UsageError
    ? error.hint
    : isDAPException(error)
    ? error.hint
    : undefined;
  const message = error.message || error.name;
  if (!hint) return { message };
  // The message of an exception ends with its hint.
  const at = message.lastIndexOf(hint);
  const bare = at > 0 ? message.slice(0, at).trimEnd() : message;
  return { message: bare.replace(/(?<=[^.])\.$/, ""), hint };
}

/** Read a whole number from an option. */
export function wholeNumber(
  name: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  throw new UsageError(
    `Cannot use ${name} "${text}": expected a whole number`,
  );
}

/** The result of a call; its `TypeError` or `RangeError` is wrong usage. */
export async function withUsage<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

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
