const MIN_FRAME_BYTES = 4 * 1024;

/** The payload limit of a frame, checked. */
export function frameBytesOf(
  given: number | undefined,
  fallback: number,
  most: number,
): number {
  return wholeNumber("frameBytes", given ?? fallback, MIN_FRAME_BYTES, most);
}

/**
 * Check a number of something.
 *
 * @throws {RangeError} It is not whole, or out of range.
 */
export function wholeNumber(
  name: string,
  value: number,
  least: number,
  most: number,
): number {
  const whole = Number.isSafeInteger(value) || value === Infinity;
  if (whole && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot use ${name} of ${value}: expected ${least} to ${most}`,
  );
}

/** Whether a value that a server sent is a number of something. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}
