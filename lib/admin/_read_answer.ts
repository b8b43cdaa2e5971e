import { isRecord } from "../../schema/json.ts";
import { ProtocolException } from "../errors.ts";

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
