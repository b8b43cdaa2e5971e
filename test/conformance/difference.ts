import { isRecord } from "../../schema/json.ts";

/**
 * Where two values differ, a line for each place; nothing when they are equal.
 *
 * Members of objects have no order, and one that is `undefined` is not there.
 *
 * @param path How the place is called that the values come from.
 */
export function difference(
  expected: unknown,
  seen: unknown,
  path = "it",
): string[] {
  if (Array.isArray(expected) && Array.isArray(seen)) {
    const length = Math.max(expected.length, seen.length);
    return Array.from(
      { length },
      (_, at) => difference(expected[at], seen[at], `${path}[${at}]`),
    ).flat();
  }
  if (isRecord(expected) && isRecord(seen)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(seen)]);
    return [...names].flatMap((name) =>
      difference(own(expected, name), own(seen, name), `${path}.${name}`)
    );
  }
  if (Object.is(expected, seen)) return [];
  return [`${path}: expected ${shown(expected)}, saw ${shown(seen)}`];
}

/** A member that the object itself has: `__proto__` is in every object. */
function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const SHOWN_CHARACTERS = 1_000;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`
    : text;
}
