/**
 * Let `await using` end something, where the runtime knows how to; the symbol
 * is missing from older ones (design D21).
 */
export function makeDisposable(
  target: object,
  dispose: () => Promise<void>,
): void {
  if (typeof Symbol.asyncDispose !== "symbol") return;
  Object.defineProperty(target, Symbol.asyncDispose, { value: dispose });
}
