/**
 * Refuse what is no set of options. Plain JavaScript would go on with the
 * defaults, as if nothing had been asked for.
 *
 * @param options What was given.
 * @param usage How the call should look.
 * @param misnamed Names that other clients use, and what they are called here.
 * @throws {TypeError} It is no object, or a list, or has such a name.
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
