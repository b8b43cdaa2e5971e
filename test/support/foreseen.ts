/**
 * What runtimes say of code that did not look at what it was given. A failure
 * with such words is an accident: nobody wrote it for the one who reads it.
 */
const ACCIDENT = new RegExp(
  [
    /Cannot (?:read|set|create|delete|redefine|destructure) propert/,
    /Cannot (?:destructure '|access '|use 'in'|assign to read only|mix BigInt)/,
    /Cannot convert (?:a Symbol|a BigInt|object|undefined|null)/,
    /is not (?:a function|iterable|a constructor|extensible)|is not defined$/,
    /Maximum call stack|out of memory|Array buffer allocation/,
    /Invalid (?:array|string|typed array) length|Invalid time value/,
    /Invalid count value|Invalid code point|Invalid regular expression/,
    /circular structure|Reduce of empty|URI malformed|must be callable/,
    /Unexpected (?:token|end of JSON|non-whitespace)|in JSON at position/,
    /stream is (?:locked|not in a state|closed)|Object prototype may only/,
    /The stream controller cannot/,
  ].map(({ source }) => source).join("|"),
);

/** Whether a text is that of an accident, not of a failure that was foreseen. */
export function isAccident(text: string): boolean {
  return ACCIDENT.test(text);
}

/** Throw unless an error is one that somebody wrote for its reader. */
export function assertForeseen(error: unknown): void {
  const isError = error instanceof Error;
  if (isError && !isAccident(error.message)) return;
  throw new Error(
    `An accident: ${isError ? error.stack : String(error)}`,
    { cause: error },
  );
}

/** The value of a call, or `undefined` where it fails as foreseen. */
export function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    assertForeseen(error);
    return undefined;
  }
}
