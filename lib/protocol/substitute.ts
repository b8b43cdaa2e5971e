/** What a placeholder begins with. */
const OPENING = "${ROCKETRIDE_";

/** The credential, which never becomes a part of a pipeline. */
const CREDENTIAL = "ROCKETRIDE_APIKEY";

/**
 * Replace `${ROCKETRIDE_…}` in every string of a value.
 *
 * Walks arrays and plain objects to any depth. Replaces once: what a
 * variable holds is not searched again. Unknown names stay as they are, and
 * so does `${ROCKETRIDE_APIKEY}`, because the credential is sent nowhere but
 * in the login. Keys, other placeholders and other kinds of values are left
 * alone.
 *
 * @param value A pipeline, or any value that JSON could carry.
 * @param env The variables.
 * @param used Called with each value that is put in.
 * @returns A copy with the placeholders replaced; the value is not changed.
 * @throws {TypeError} The value contains itself.
 */
export function substitute<T>(
  value: T,
  env: Readonly<Record<string, string>>,
  used?: (value: string) => void,
): T {
  function resolve(placeholder: string, name: string): string {
    const known = name !== CREDENTIAL && Object.hasOwn(env, name);
    const value = known ? env[name] : undefined;
    if (value === undefined) return placeholder;
    used?.(value);
    return value;
  }
  return mapStrings(
    value,
    new Set(),
    (text) => mapPlaceholders(text, resolve),
  ) as T;
}

/**
 * List the placeholders that a value still has.
 *
 * @param value A value, usually the result of {@linkcode substitute}.
 * @returns The names of the variables, each once, in the order found.
 * @throws {TypeError} The value contains itself.
 */
export function unresolved(value: unknown): string[] {
  const names = new Set<string>();
  mapStrings(value, new Set(), (text) => {
    return mapPlaceholders(text, (placeholder, name) => {
      names.add(name);
      return placeholder;
    });
  });
  return [...names];
}

/**
 * Map the placeholders of a string: from `${ROCKETRIDE_` to the next brace
 * that closes, with at least one character between.
 *
 * Not by a regular expression: one would look for the closing brace again
 * from each placeholder that is never closed.
 */
function mapPlaceholders(
  text: string,
  map: (placeholder: string, name: string) => string,
): string {
  const parts: string[] = [];
  let done = 0;
  let start = text.indexOf(OPENING);
  while (start >= 0) {
    const name = start + OPENING.length;
    const end = text.indexOf("}", name);
    if (end < 0) break;
    if (end > name) {
      parts.push(
        text.slice(done, start),
        map(text.slice(start, end + 1), text.slice(start + 2, end)),
      );
      done = end + 1;
    }
    start = text.indexOf(OPENING, end + 1);
  }
  return done === 0 ? text : parts.join("") + text.slice(done);
}

/** Copy a value with each string mapped; `above` holds what contains it. */
function mapStrings(
  value: unknown,
  above: Set<object>,
  map: (text: string) => string,
): unknown {
  if (typeof value === "string") return map(value);
  if (!isContainer(value)) return value;
  if (above.has(value)) {
    throw new TypeError("Cannot substitute in a value that contains itself");
  }
  above.add(value);
  const copy = Array.isArray(value)
    ? value.map((item) => mapStrings(item, above, map))
    // Not by assignment: a member may be called __proto__.
    : Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, mapStrings(item, above, map)]),
    );
  above.delete(value);
  return copy;
}

/** Arrays and plain objects, of any realm; a `Date` or a `Map` is a leaf. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}
