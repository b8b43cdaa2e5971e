/** Estimate how many tokens a text has: a quarter of its length. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
