import { isRecord } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import type { PipeContext } from "../../node.ts";

/**
 * Ask the LLM that a node controls.
 *
 * @returns The answer alone: JSON when the question expects it, else text.
 * @throws What the LLM failed with, or that there is none.
 */
export async function askLlm(
  pipe: PipeContext,
  question: Question,
): Promise<unknown> {
  pipe.signal.throwIfAborted();
  const reply = await pipe.control("llm", { op: "ask", args: { question } });
  pipe.signal.throwIfAborted();
  return isRecord(reply) && "answer" in reply ? reply.answer : reply;
}
