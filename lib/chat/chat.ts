import {
  addQuestion,
  createQuestion,
  type Question,
  questionToJson,
} from "../../schema/question.ts";
import { questionFromJson } from "../../schema/question_from_json.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { checkOptions, kindOf, type OptionNames } from "../check.ts";
import {
  OBJECT_NAMES,
  type PipeOptions,
  withoutNothing,
} from "../pipe/options.ts";
import { send } from "../pipe/send.ts";
import type { Session, TaskRef } from "../session/session.ts";

/**
 * Options of {@linkcode chat} and {@linkcode chatStream}: those of
 * {@linkcode pipe}, without the media type.
 */
export type ChatOptions = Omit<PipeOptions, "mimeType">;

/** The options of `chat` and `chatStream`. */
export const CHAT_NAMES: OptionNames<ChatOptions> = {
  ...OBJECT_NAMES,
  objinfo: 1,
};

/**
 * Ask a task's pipeline a question and return its result.
 *
 * Read the answer with {@linkcode firstAnswer}, {@linkcode answers},
 * {@linkcode parseAnswers}, {@linkcode getText} or {@linkcode getJson}. Any
 * source answers that has the lane `questions` connected, for example `chat`
 * or `webhook`.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param question The question, or its text.
 * @param options See {@linkcode ChatOptions}.
 * @returns What the pipeline made of the question.
 * @throws {TypeError} It is no question. Nothing was sent.
 * @throws What {@linkcode send} throws; a {@linkcode PipeException} when the
 * source is not the `provider` of the options.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chat, close, connect, firstAnswer, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   filepath: "examples/pipelines/chat.pipe.json",
 * });
 * const result = await chat(session, task, "What is the capital of France?");
 * assertEquals(firstAnswer(result), "Paris");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function chat(
  session: Session,
  task: TaskRef,
  question: string | Question,
  options: ChatOptions = {},
): Promise<PipelineResult> {
  checkOptions(
    options,
    "chat(session, task, question, { timeout })",
    CHAT_NAMES,
  );
  const json = questionText(question);
  return await send(session, task, json, chatPipeOptions(options));
}

/**
 * The question's JSON form. Checked before any traffic: some engines hide the
 * reason why they refuse one.
 */
export function questionText(question: string | Question): string {
  const asked = typeof question === "string"
    ? addQuestion(createQuestion(), question)
    : question;
  if (typeof asked !== "object" || !Array.isArray(asked?.questions)) {
    throw new TypeError(
      `Expected a question, or its text, not ${kindOf(asked)}`,
    );
  }
  const read = questionFromJson(asked);
  if (read.questions.every(({ text }) => text === "")) {
    throw new TypeError("Expected a question with text: use addQuestion()");
  }
  return questionToJson(read);
}

/** How a pipe for a question is opened. */
export function chatPipeOptions(options: ChatOptions): PipeOptions {
  return {
    ...options,
    objinfo: { name: "Question", ...withoutNothing(options.objinfo) },
    mimeType: "application/rocketride-question",
  };
}
