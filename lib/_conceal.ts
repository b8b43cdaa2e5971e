/**
 * A copy whose members of the given names can only be read by name: they are
 * not enumerated, copied, serialised or inspected.
 *
 * @param record A record.
 * @param names The members; those that are missing stay missing.
 */
export function conceal<T extends object>(
  record: T,
  names: readonly (keyof T)[],
): T {
  const copy = { ...record };
  for (const name of names) {
    if (!Object.hasOwn(record, name)) continue;
    const value = record[name];
    // Not a value: inspectors may show those of hidden members, too.
    Object.defineProperty(copy, name, { get: () => value, enumerable: false });
  }
  return copy;
}
