/**
 * Check an address that a page is to lead back to.
 *
 * @throws {TypeError} It is no http or https address.
 */
export function requireUrl(name: string, value: string | URL): string {
  const text = String(value);
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol === "http:" || protocol === "https:") return text;
  throw new TypeError(`Expected ${name} as an http or https address`);
}
