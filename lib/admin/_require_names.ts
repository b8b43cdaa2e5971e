import { requireText } from "./_require_text.ts";

/**
 * Check a list of names, for example of permissions; may be empty.
 *
 * @throws {TypeError} It is no list, or one of them is no text.
 */
export function requireNames(name: string, values: unknown): string[] {
  if (!Array.isArray(values)) throw new TypeError(`Expected ${name} as a list`);
  return values.map((value) => requireText(name, value));
}
