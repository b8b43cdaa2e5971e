/**
 * Check that text was given; everything wrong is found before any traffic.
 *
 * @throws {TypeError} It is no text, or blank.
 */
export function requireText(name: string, value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(`Expected ${name} as text that is not blank`);
}
