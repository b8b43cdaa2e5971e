/**
 * Refuse what is not an object of options: in plain JavaScript it would
 * silently mean the defaults.
 *
 * @param options What was given.
 * @param usage How the call should look.
 * @param misnamed Names that other clients use, and what they are called here.
 * @throws {TypeError} It is not an object, or has such a name.
 */
export function checkOptions(
  options: unknown,
  usage: string,
  misnamed: Readonly<Record<string, string>> = {},
): void {
  const named = typeof options === "object" && options !== null &&
    !Array.isArray(options);
  if (!named) throw new TypeError(`Expected options, as in ${usage}`);
  for (const [name, right] of Object.entries(misnamed)) {
    if (!(name in options)) continue;
    throw new TypeError(`Cannot use the option "${name}": it is "${right}"`);
  }
}

/**
 * A limit in milliseconds, if there is one, checked.
 *
 * @throws {RangeError} It is not a number above 0.
 */
export function milliseconds<T extends number | undefined>(
  name: string,
  value: T,
): T {
  if (value === undefined || value > 0) return value;
  throw new RangeError(
    `Cannot use ${name} ${value}: expected milliseconds above 0`,
  );
}

/** Advice for a promise that was passed in place of its value. */
export function awaited(value: unknown): string {
  const thenable = typeof value === "object" && value && "then" in value;
  return thenable ? ": this is a promise, await it" : "";
}
