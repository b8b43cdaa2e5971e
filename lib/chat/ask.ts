import { getText } from "../../schema/answer.ts";
import {
  addQuestion,
  createQuestion,
  type Question,
} from "../../schema/question.ts";
import { firstAnswer } from "../../schema/result.ts";
import { checkOptions } from "../check.ts";
import { ValidationException } from "../errors.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { parseAnswer, type StandardSchema } from "./answers.ts";
import { chat, CHAT_NAMES, type ChatOptions } from "./chat.ts";

/** Options of {@linkcode ask} for an answer in text: those of `chat`. */
export type AskOptions = Omit<ChatOptions, "onPipelineError">;

/** Options of {@linkcode ask} for an answer in JSON. */
export interface AskJsonOptions<Output> extends AskOptions {
  /**
   * Any validator that implements Standard Schema, version 1: Zod, Valibot,
   * ArkType and others do.
   */
  readonly schema: StandardSchema<Output>;
}

/**
 * Ask a task's pipeline a question and return the first answer as checked JSON.
 *
 * A question that is a string asks the model for JSON. A {@linkcode Question}
 * does so only if it was made with `expectJson: true`. JSON is also found when
 * the model writes text around it, see {@linkcode getJson}. Further answers are
 * ignored; {@linkcode chat} returns all of them.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param question The question, or its text.
 * @param options The `schema`, and what {@linkcode chat} takes.
 * @returns The validator's output for the first answer.
 * @throws {TypeError} It is no question, or `schema` is no validator. Nothing
 * was sent.
 * @throws {ValidationException} There is no answer, or it does not fit; code
 * `invalid-answer`, `issues` has all that the validator found.
 * @throws What {@linkcode chat} and the validator throw.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ask, close, connect, type StandardSchema, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const city: StandardSchema<{ name: string }> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "object" && value !== null && "name" in value
 *         ? { value: { name: String(value.name) } }
 *         : { issues: [{ message: "Expected a name" }] },
 *   },
 * };
 * const engine = createEngine({ llm: () => '{"name": "Paris"}' });
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   pipeline: {
 *     source: "in",
 *     components: [
 *       { id: "in", provider: "chat", config: {} },
 *       { id: "model", provider: "llm_openai", config: { profile: "openai-5" },
 *         input: [{ lane: "questions", from: "in" }] },
 *       { id: "out", provider: "response_answers", config: {},
 *         input: [{ lane: "answers", from: "model" }] },
 *     ],
 *   },
 * });
 * const question = "What is the capital of France?";
 * const { name } = await ask(session, task, question, { schema: city });
 * assertEquals(name, "Paris");
 * await close(session);
 * await engine.close();
 * ```
 */
export function ask<Output>(
  session: Session,
  task: TaskRef,
  question: string | Question,
  options: AskJsonOptions<Output>,
): Promise<Output>;
/**
 * Ask a task's pipeline a question and return the first answer as a string.
 *
 * An answer in JSON becomes JSON text. Further answers are ignored;
 * {@linkcode chat} returns all of them.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param question The question, or its text.
 * @param options See {@linkcode AskOptions}.
 * @returns The first answer.
 * @throws {TypeError} It is no question. Nothing was sent.
 * @throws {ValidationException} The pipeline gave no answer; code
 * `invalid-answer`.
 * @throws What {@linkcode chat} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ask, close, connect, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   filepath: "examples/pipelines/chat.pipe.json",
 * });
 * const answer = await ask(session, task, "What is the capital of France?");
 * assertEquals(answer, "Paris");
 * await close(session);
 * await engine.close();
 * ```
 */
export function ask(
  session: Session,
  task: TaskRef,
  question: string | Question,
  options?: AskOptions,
): Promise<string>;
export async function ask<Output>(
  session: Session,
  task: TaskRef,
  question: string | Question,
  options: AskOptions & Partial<AskJsonOptions<Output>> = {},
): Promise<Output | string> {
  const { onPipelineError: _, ...names } = CHAT_NAMES;
  const usage = "ask(session, task, question, { schema })";
  checkOptions(options, usage, { ...names, schema: 1 });
  const { schema, ...chatOptions } = options;
  if (
    schema !== undefined &&
    typeof schema?.["~standard"]?.validate !== "function"
  ) {
    throw new TypeError(
      'Expected "schema" to implement Standard Schema, as Zod and Valibot do',
    );
  }
  const asked = schema && typeof question === "string"
    ? addQuestion(createQuestion({ expectJson: true }), question)
    : question;
  const result = await chat(session, task, asked, chatOptions);
  const answer = firstAnswer(result);
  if (answer === undefined) {
    throw new ValidationException("Pipeline gave no answer", {
      code: "invalid-answer",
      hint: "Connect the source's questions to a component that answers, and " +
        'the "answers" of that to a response; chat() returns the whole result',
      dapResult: result,
    });
  }
  return schema ? await parseAnswer(result, answer, schema) : getText(answer);
}
