/** What every failed assertion throws. */
export class AssertionError extends Error {
  /** The class's name, kept through minifiers. */
  override readonly name = "AssertionError";
}

/** Throw an {@linkcode AssertionError}, with the caller's words at its end. */
export function refuse(text: string, msg?: string): never {
  throw new AssertionError(msg ? `${text}: ${msg}` : text);
}
