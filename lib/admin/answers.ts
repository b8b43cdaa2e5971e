import { isRecord } from "../../schema/json.ts";
import {
  isDAPException,
  ProtocolException,
  RocketRideException,
} from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Call one of the commands that only RocketRide's cloud has.
 *
 * @throws {RocketRideException} The engine refused; `not-supported` where it
 * does not manage accounts or has never heard of such a command.
 */
export async function cloudCall(
  session: Session,
  command: string,
  subcommand: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await call(session, command, { subcommand, ...args }, options);
  } catch (error) {
    if (!isDAPException(error, "unknown-command")) throw error;
    throw new RocketRideException(failureText(error.dapResult), {
      code: "not-supported",
      hint: "Only RocketRide's cloud has this command",
      dapResult: error.dapResult,
      cause: error,
    });
  }
}

type Body = Readonly<Record<string, unknown>>;

/**
 * Read a list out of an answer.
 *
 * @param what What the list is of, for the failure.
 * @param member What an entry must have as text to be one.
 * @throws {ProtocolException} The answer has no such list.
 */
export function readList<T>(
  body: Body,
  name: string,
  what: string,
  member: keyof T & string,
): readonly T[] {
  const list = body[name];
  const fits = (item: unknown): boolean =>
    isRecord(item) && typeof item[member] === "string";
  if (Array.isArray(list) && list.every(fits)) return list as readonly T[];
  throw unreadable(`a list of ${what}`);
}

/**
 * Read a record, the answer itself, that must have some members as text.
 *
 * @throws {ProtocolException} One is missing.
 */
export function readRecord<T>(
  body: Body,
  what: string,
  ...members: (keyof T & string)[]
): T {
  if (members.every((name) => typeof body[name] === "string")) {
    return body as T;
  }
  throw unreadable(what);
}

/**
 * Read text out of an answer.
 *
 * @throws {ProtocolException} It is missing or empty.
 */
export function readText(body: Body, name: string, what: string): string {
  const text = body[name];
  if (typeof text === "string" && text !== "") return text;
  throw unreadable(what);
}

/** The failure of an answer that is something else. */
export function unreadable(what: string): ProtocolException {
  return new ProtocolException(`Cannot read the answer: expected ${what}`);
}

/**
 * Check a list of names, for example of permissions; may be empty.
 *
 * @throws {TypeError} It is no list, or one of them is no text.
 */
export function requireNames(name: string, values: unknown): string[] {
  if (!Array.isArray(values)) throw new TypeError(`Expected ${name} as a list`);
  return values.map((value) => requireText(name, value));
}

/**
 * Check that text was given; everything wrong is found before any traffic.
 *
 * @throws {TypeError} It is no text, or blank.
 */
export function requireText(name: string, value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(`Expected ${name} as text that is not blank`);
}

/** The members that were given: what is `undefined` is not sent at all. */
export function given(
  members: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  );
}
