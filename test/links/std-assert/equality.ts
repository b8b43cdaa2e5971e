import { refuse } from "./assertion_error.ts";
import { diff } from "./diff.ts";
import { equal } from "./equal.ts";
import { format } from "./format.ts";

/** Assert that two values are deeply equal, see {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    differ("Values are not equal", actual, expected, msg);
  }
}

/** Assert that two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    refuse(
      `Expected actual: ${format(actual)} not to be: ${format(expected)}`,
      msg,
    );
  }
}

/** Assert that two values are the same one, as `Object.is` tells. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (format(actual) !== format(expected)) {
    differ("Values are not strictly equal", actual, expected, msg);
  }
  refuse(
    `Values have the same structure but are not reference-equal\n\n    ${
      format(actual)
    }\n`,
    msg,
  );
}

/** Assert that two values are not the same one, as `Object.is` tells. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (Object.is(actual, expected)) {
    refuse(
      `Expected "actual" to not be strictly equal to: ${format(actual)}\n`,
      msg,
    );
  }
}

/**
 * Assert that an object has at least the properties of another, all the way
 * down. Arrays must have the same length; other collections must be equal.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const part = partOf(actual, expected, new Map());
  if (!equal(part, expected)) {
    differ("Object does not match", part, expected, msg);
  }
}

/** Assert that a list holds an equal of each of the expected items. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
): void {
  const list = Array.from(actual);
  const missing = Array.from(expected)
    .filter((item) => !list.some((other) => equal(item, other)));
  if (missing.length > 0) {
    refuse(
      `Expected actual: "${format(actual)}" to include: "${
        format(expected)
      }"\nmissing: ${format(missing)}`,
      msg,
    );
  }
}

function differ(
  text: string,
  actual: unknown,
  expected: unknown,
  msg?: string,
): never {
  const lines = diff(format(actual), format(expected));
  const title = msg ? `${text}: ${msg}` : text;
  refuse(`${title}\n\n    [Diff] -Actual / +Expected\n\n${lines}\n`);
}

/** Which part was made of which actual value, for which expected one. */
type Parts = Map<object, Map<object, object>>;

/** What remains of `actual` when only the properties of `expected` are kept. */
function partOf(actual: unknown, expected: unknown, parts: Parts): unknown {
  if (!isOpen(actual) || !isPattern(expected)) return actual;
  if (Array.isArray(actual) !== Array.isArray(expected)) return actual;
  const known = parts.get(expected)?.get(actual);
  if (known) return known;
  const part: object = Array.isArray(actual) ? new Array(actual.length) : {};
  const ofExpected = parts.get(expected) ?? new Map<object, object>();
  parts.set(expected, ofExpected.set(actual, part));
  const keys = Array.isArray(actual)
    ? [...actual.keys()].map(String)
    : Reflect.ownKeys(actual).filter((key) => key in expected);
  for (const key of keys) {
    const value = partOf(
      Reflect.get(actual, key),
      Reflect.get(expected, key),
      parts,
    );
    Object.defineProperty(part, key, { value, enumerable: true });
  }
  return part;
}

/** Whether a value has properties to pick from; collections are taken whole. */
function isOpen(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(value instanceof Map || value instanceof Set || value instanceof Date ||
      value instanceof RegExp || value instanceof URL ||
      value instanceof ArrayBuffer || ArrayBuffer.isView(value));
}

/** Whether a value names properties: an array or a plain object. */
function isPattern(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype ||
    prototype === null;
}
