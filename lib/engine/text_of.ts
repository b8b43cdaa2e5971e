/**
 * Any value as text. JSON may hold objects that have none, because a member
 * hides the method that would make it.
 */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Any value as a number; `NaN` for what is none. */
export function numberOf(value: unknown): number {
  try {
    return Number(value);
  } catch {
    return NaN;
  }
}
