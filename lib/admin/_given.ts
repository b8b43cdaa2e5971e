/** The members that were given: what is `undefined` is not sent at all. */
export function given(
  members: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  );
}
