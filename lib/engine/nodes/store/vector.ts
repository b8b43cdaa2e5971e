/** A vector of length 1, or of length 0 where there is no direction. */
export type UnitVector = Float64Array;

/**
 * Scale a vector to length 1, so that a product of two is their cosine.
 *
 * @param vector Finite numbers.
 */
export function unitVector(vector: readonly number[]): UnitVector {
  const unit = Float64Array.from(vector);
  const largest = unit.reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  );
  if (largest === 0) return unit;
  // First to at most 1 each: the squares of large numbers are too large.
  for (const [at, value] of unit.entries()) unit[at] = value / largest;
  const length = Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0));
  for (const [at, value] of unit.entries()) unit[at] = value / length;
  return unit;
}

/** The cosine of the angle between two vectors of length 1, from -1 to 1. */
export function cosine(a: UnitVector, b: UnitVector): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * (b[at] ?? 0);
  return Math.max(-1, Math.min(1, sum));
}

/** How well two vectors match, from 0 to 1. */
export function scoreOf(a: UnitVector, b: UnitVector): number {
  return (cosine(a, b) + 1) / 2;
}
