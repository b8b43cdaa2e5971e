/**
 * Whether two arrays hold the same bytes: for those of megabytes, whose
 * difference nobody would read.
 */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
