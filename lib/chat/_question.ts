import {
  addQuestion,
  createQuestion,
  type Question,
  questionToJson,
} from "../../schema/question.ts";
import { questionFromJson } from "../../schema/question_from_json.ts";
import type { PipeOptions } from "../data/pipe_options.ts";

/** What chatting takes besides what a pipe takes. */
export type ChatPipeOptions = Omit<PipeOptions, "mimeType" | "provider">;

/**
 * The question's JSON form. Checked before any traffic: some engines hide the
 * reason why they refuse one (protocol S1).
 */
export function questionText(question: string | Question): string {
  const asked = typeof question === "string"
    ? addQuestion(createQuestion(), question)
    : question;
  if (typeof asked !== "object" || !Array.isArray(asked?.questions)) {
    throw new TypeError("Expected a question, or its text");
  }
  return questionToJson(questionFromJson(asked));
}

/** How a pipe for a question is opened (protocol §6.9). */
export function chatPipeOptions(options: ChatPipeOptions): PipeOptions {
  return {
    ...options,
    objinfo: { name: "Question", ...options.objinfo },
    mimeType: "application/rocketride-question",
    provider: "chat",
  };
}
