import { AssertionError, refuse } from "./assertion_error.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Assert that a value is an error, of a class and with a text in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    refuse(`Expected "error" to be an Error object`, msg);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    refuse(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}" ("${error.message}")`,
      msg,
    );
  }
  if (msgMatches !== undefined && !matches(error.message, msgMatches)) {
    refuse(
      `Expected error message to ${
        typeof msgMatches === "string" ? "include" : "match"
      } ${
        typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches
      }, but got ${JSON.stringify(error.message)}`,
      msg,
    );
  }
}

/** Assert that a function throws, anything at all. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Assert that a function throws an error of a class, with a text in its message. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = expectationOf(ErrorClassOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    return inspect(error, expected);
  }
  refuse("Expected function to throw", expected.msg);
}

/** Assert that a function's promise rejects, with anything at all. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Assert that a function's promise rejects with an error of a class. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = expectationOf(ErrorClassOrMsg, msgIncludes, msg);
  const promise = start(fn, expected);
  try {
    await promise;
  } catch (error) {
    return inspect(error, expected);
  }
  refuse("Expected function to reject", expected.msg);
}

interface Expectation<E extends Error> {
  readonly type: ErrorClass<E> | undefined;
  readonly includes: string | undefined;
  readonly msg: string | undefined;
}

function expectationOf<E extends Error>(
  typeOrMsg: ErrorClass<E> | string | undefined,
  includes: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  return typeof typeOrMsg === "string"
    ? { type: undefined, includes: undefined, msg: typeOrMsg }
    : { type: typeOrMsg, includes, msg };
}

/** Throwing and not returning a promise are failures of another kind. */
function start<E extends Error>(
  fn: () => PromiseLike<unknown>,
  expected: Expectation<E>,
): PromiseLike<unknown> {
  let promise: unknown;
  try {
    promise = fn();
  } catch {
    refuse("Function throws when expected to reject", expected.msg);
  }
  if (!isPromiseLike(promise)) {
    refuse("Function throws when expected to reject", expected.msg);
  }
  return promise;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function inspect<E extends Error>(
  error: unknown,
  { type, includes, msg }: Expectation<E>,
): unknown {
  if (!type) return error;
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `A non-Error object was thrown or rejected${msg ? `: ${msg}` : ""}`,
    );
  }
  assertIsError(error, type, includes, msg);
  return error;
}

function matches(text: string, expected: string | RegExp): boolean {
  return typeof expected === "string"
    ? text.includes(expected)
    : expected.test(text);
}
