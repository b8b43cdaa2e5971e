/** The message of an exception that has a hint: words, then the hint. */
export function hinted(words: string, hint: string | undefined): string {
  if (!hint) return words;
  const [first, second] = [words, hint].map((it) =>
    /[.!?]$/.test(it) ? it : `${it}.`
  );
  return `${first} ${second}`;
}
