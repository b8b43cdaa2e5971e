/** How much one request may hold. */
export interface BatchLimit {
  /** The greatest number of texts. */
  readonly texts: number;
  /** The greatest sum of their sizes; a text that is larger goes alone. */
  readonly size: number;
}

/**
 * Put texts into batches, in their order.
 *
 * @param sizeOf How large a text is.
 * @returns Batches that are never empty.
 */
export function batches(
  texts: readonly string[],
  limit: BatchLimit,
  sizeOf: (text: string) => number,
): readonly (readonly string[])[] {
  const found: string[][] = [];
  let size = 0;
  for (const text of texts) {
    const more = sizeOf(text);
    const last = found.at(-1);
    if (last && last.length < limit.texts && size + more <= limit.size) {
      last.push(text);
      size += more;
    } else {
      found.push([text]);
      size = more;
    }
  }
  return found;
}
