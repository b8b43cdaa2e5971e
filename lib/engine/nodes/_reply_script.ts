import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";

/** One line of the script that `llm_mock` follows. */
export interface ScriptedReply {
  /** Whether the line answers this text. */
  matches(text: string): boolean;
  /** What to reply. */
  readonly reply: string;
  /** Fail with this text instead. */
  readonly error: string | undefined;
  /** Messages to send to whoever watches, before the reply. */
  readonly thinking: readonly string[];
}

/**
 * Read the script of `llm_mock`: a list of `{match, reply}` and so on.
 *
 * @param lines The script.
 * @param where What to call it in messages.
 * @throws {ValidationException} A line is malformed.
 */
export function readScript(
  lines: unknown,
  where: string,
): readonly ScriptedReply[] {
  if (!Array.isArray(lines)) {
    throw new ValidationException(`${where}: 'replies' must be a list`);
  }
  return lines.map((line: unknown, at) =>
    readLine(line, `${where}: 'replies[${at}]'`)
  );
}

function readLine(line: unknown, where: string): ScriptedReply {
  if (!isRecord(line)) {
    throw new ValidationException(`${where} must be an object`);
  }
  const { match, reply, error, thinking } = line;
  if (match !== undefined && typeof match !== "string") {
    throw new ValidationException(`${where} 'match' must be a string`);
  }
  if (error !== undefined && typeof error !== "string") {
    throw new ValidationException(`${where} 'error' must be a string`);
  }
  if ((reply === undefined) === (error === undefined)) {
    throw new ValidationException(
      `${where} must have either 'reply' or 'error'`,
    );
  }
  return {
    matches: matcher(match ?? "", where),
    reply: typeof reply === "string" ? reply : JSON.stringify(reply) ?? "",
    error,
    thinking: readThinking(thinking, where),
  };
}

/** A test for `/pattern/flags` or, for any other text, for containing it. */
function matcher(match: string, where: string): (text: string) => boolean {
  const [, source, flags = ""] = /^\/(.+)\/([a-z]*)$/s.exec(match) ?? [];
  if (source === undefined) return (text) => text.includes(match);
  // A pattern with a memory would answer every other time.
  const stateless = flags.replace(/[gy]/g, "");
  try {
    const pattern = new RegExp(source, stateless);
    return (text) => pattern.test(text);
  } catch (cause) {
    throw new ValidationException(
      `${where} 'match' is not a valid pattern`,
      { cause },
    );
  }
}

function readThinking(value: unknown, where: string): readonly string[] {
  const list = value === undefined
    ? []
    : Array.isArray(value)
    ? value
    : [value];
  if (list.every((item) => typeof item === "string")) return list;
  throw new ValidationException(
    `${where} 'thinking' must be a text or a list of texts`,
  );
}
