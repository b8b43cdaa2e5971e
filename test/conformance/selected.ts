/** What a filter looks at. */
export interface Selectable {
  readonly group: string;
  readonly name: string;
}

/**
 * The cases whose `group: name` contains a text, in whatever case; all of them
 * when the text is empty.
 */
export function selected<T extends Selectable>(
  cases: readonly T[],
  filter: string,
): T[] {
  const wanted = filter.toLowerCase();
  return cases.filter(({ group, name }) =>
    `${group}: ${name}`.toLowerCase().includes(wanted)
  );
}
