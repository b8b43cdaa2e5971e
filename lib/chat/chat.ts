import type { PipelineResult } from "../../schema/result.ts";
import type { Question } from "../../schema/question.ts";
import { checkOptions } from "../_options.ts";
import { send } from "../data/send.ts";
import type { PipeOptions } from "../data/pipe_options.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { chatPipeOptions, questionText } from "./_question.ts";

/** Options of {@linkcode chat} and {@linkcode chatStream}. */
export type ChatOptions = Omit<PipeOptions, "mimeType" | "provider">;

/**
 * Ask a task's pipeline a question and return its result.
 *
 * Read the answer with {@linkcode firstAnswer}, {@linkcode answers},
 * {@linkcode parseAnswers}, {@linkcode getText} or {@linkcode getJson}. The
 * pipeline's source must be `chat`.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param question The question, or its text.
 * @param options See {@linkcode ChatOptions}.
 * @returns What the pipeline made of the question.
 * @throws {TypeError} It is no question. Nothing was sent.
 * @throws What {@linkcode send} throws; without a `chat` source a
 * {@linkcode PipeException}.
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
  checkOptions(options, "chat(session, task, question, { timeout })");
  const json = questionText(question);
  return await send(session, task, json, chatPipeOptions(options));
}
