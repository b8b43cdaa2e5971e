import { AssertionError, refuse } from "./assertion_error.ts";
import { format } from "./format.ts";

/** The values that count as false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Assert that a value counts as true. */
export function assert(expr: unknown, msg?: string): asserts expr {
  if (!expr) throw new AssertionError(msg ?? "");
}

/** Assert that a value counts as false. */
export function assertFalse(
  expr: unknown,
  msg?: string,
): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg ?? "Expected a falsy value");
}

/** Assert that a value is neither `null` nor `undefined`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    refuse(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

/** Assert that a value is an instance of a class. */
export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  refuse(
    `Expected object to be an instance of "${nameOf(expectedType)}" but was ${
      kindOf(actual)
    }`,
    msg,
  );
}

/** Assert that a value is no instance of a class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  // deno-lint-ignore no-explicit-any
  unexpectedType: abstract new (...args: any[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    refuse(
      `Expected object to not be an instance of "${nameOf(unexpectedType)}"`,
      msg,
    );
  }
}

/** Assert that a text matches an expression. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) {
    refuse(`Expected actual: "${actual}" to match: "${expected}"`, msg);
  }
}

/** Assert that a text does not match an expression. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) {
    refuse(`Expected actual: "${actual}" to not match: "${expected}"`, msg);
  }
}

/** Assert that a text contains another. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (!actual.includes(expected)) {
    refuse(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
  }
}

/** Fail, always. */
export function fail(msg?: string): never {
  refuse("Failed assertion", msg);
}

/** Fail because this place was reached. */
export function unreachable(reason?: string): never {
  refuse("Unreachable", reason);
}

function nameOf(type: { readonly name: string }): string {
  return type.name || "(unnamed class)";
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return `of type "${value === null ? "null" : typeof value}": ${
      format(value)
    }`;
  }
  const name: unknown = value.constructor?.name;
  return `an instance of "${typeof name === "string" ? name : "Object"}"`;
}
