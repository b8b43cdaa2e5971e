import { isRecord } from "../../../schema/json.ts";
import { textOf } from "../text_of.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Members with more characters of JSON are replaced. */
const MAX_MEMBER = 1_024;

/**
 * Shorten an event that is too large for the log. Its stamps and small members
 * stay; large members are replaced by a mark.
 *
 * @param message The event.
 * @param stamps The members of its body that always stay.
 * @param length How many characters it has as JSON.
 */
export function shortened(
  message: Fields & { readonly body: Fields },
  stamps: Fields,
  length: number,
): Fields {
  const mark = { __truncated: true, __originalBytes: length };
  const short = (value: unknown): unknown => {
    const { length: size = 0 } = JSON.stringify(value) ?? "";
    return size > MAX_MEMBER ? mark : value;
  };
  const members = (value: Fields): Fields =>
    Object.fromEntries(
      Object.entries(value).map(([name, it]) => [name, short(it)]),
    );
  const { output, trace, pipeflow } = message.body;
  const body = {
    ...members(message.body),
    ...(output !== undefined && {
      output: `${textOf(output).slice(0, MAX_MEMBER)}…[truncated]`,
    }),
    // Its lane and its outcome are small.
    ...(isRecord(trace) && { trace: short(members(trace)) }),
    ...(pipeflow !== undefined && { pipeflow: { __truncated: true } }),
    ...stamps,
  };
  return { ...message, body, __truncated: true };
}
