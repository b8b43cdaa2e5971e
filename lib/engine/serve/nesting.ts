import { ProtocolException } from "../../errors.ts";

/** Far above anything that means something, far below any stack. */
const MOST_LEVELS = 256;

/**
 * Refuse JSON that is nested deeply. Parsers read it without end, but whatever
 * walks through it afterwards, or writes it, would exceed the stack.
 *
 * @param value What a parser made of JSON: a tree.
 * @throws {ProtocolException} It is nested too deeply.
 */
export function checkNesting(value: unknown): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) {
      throw new ProtocolException(
        `JSON is nested too deeply: at most ${MOST_LEVELS} levels are read`,
      );
    }
    const next: unknown[] = [];
    for (const item of level) {
      for (const member of membersOf(item)) {
        if (typeof member === "object" && member !== null) next.push(member);
      }
    }
    level = next;
  }
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  // The payload of a frame has no members.
  if (ArrayBuffer.isView(value)) return [];
  return typeof value === "object" && value !== null
    ? Object.values(value)
    : [];
}
