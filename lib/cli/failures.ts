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

/** The message and the hint of an error. */
export function shown(error: unknown): ShownError {
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
