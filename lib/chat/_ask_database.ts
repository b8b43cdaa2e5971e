import type { PipelineResult } from "../../schema/result.ts";
import { createQuestion, type QuestionType } from "../../schema/question.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { chat, type ChatOptions } from "./chat.ts";

/** Ask a database node a question of a type that it alone knows. */
export async function askDatabase(
  session: Session,
  task: TaskRef,
  type: QuestionType,
  text: string,
  options: ChatOptions,
): Promise<PipelineResult> {
  if (typeof text !== "string" || text.trim() === "") {
    throw new TypeError("Expected a query, not an empty one");
  }
  const question = createQuestion({ type, questions: [{ text }] });
  return await chat(session, task, question, options);
}
