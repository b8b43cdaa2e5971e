/** A path or an address without the slashes at its end. */
export function withoutSlashes(text: string): string {
  // Not by a regular expression, which would try each slash as the first.
  let end = text.length;
  while (text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}
