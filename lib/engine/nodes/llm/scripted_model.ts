import type { Question } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import { readScript } from "../_reply_script.ts";
import type { Model } from "./model.ts";

/**
 * Make what replies from a script (see `llm_mock`).
 *
 * @param lines The script: a list of `{match, reply}` and so on.
 * @param where What to call the script in messages.
 * @throws {ValidationException} A line is malformed.
 */
export function scriptedModel(lines: unknown, where: string): Model["reply"] {
  const script = readScript(lines, where);
  return ({ question, prompt }, pipe) => {
    const texts = question.questions.map(({ text }) => text).join("\n");
    const line = script.find((line) => line.matches(texts)) ??
      script.find((line) => line.matches(prompt));
    for (const message of line?.thinking ?? []) {
      pipe.sse("thinking", { message });
    }
    if (line?.error !== undefined) throw new ExecutionException(line.error);
    return line?.reply ?? echo(question);
  };
}

function echo({ questions, expectJson }: Question): string {
  const text = questions.at(-1)?.text ?? "";
  return expectJson ? JSON.stringify({ text }) : text;
}
