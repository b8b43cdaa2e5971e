/**
 * Refuse what is no set of options. Plain JavaScript would go on with the
 * defaults, as if nothing had been asked for.
 *
 * @param options What was given.
 * @param usage How the call should look.
 * @throws {TypeError} It is no object, or a list.
 */
export function checkOptions(options: unknown, usage: string): void {
  const named = typeof options === "object" && options !== null &&
    !Array.isArray(options);
  if (!named) throw new TypeError(`Expected options, as in ${usage}`);
}
