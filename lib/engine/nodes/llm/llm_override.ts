import type { JsonObject } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type { Awaitable } from "../../node.ts";
import type { Model } from "./model.ts";
import { scriptedModel } from "./scripted_model.ts";

/** What is known of a question that {@linkcode LlmFunction} answers. */
export interface LlmContext {
  /** The id of the LLM's component. */
  readonly id: string;
  /** Its provider, for example `llm_openai`. */
  readonly provider: string;
  /** The model that the pipeline names; empty when it names none. */
  readonly model: string;
  /** The question as the one text that a model would get. */
  readonly prompt: string;
  /** Which try it is, from 1: what is not JSON is asked for again. */
  readonly attempt: number;
  /** Aborts when the pipe is abandoned or the task stops. */
  readonly signal: AbortSignal;
  /** Send a message to whoever watches the pipe (`apaevt_sse`). */
  sse(type: string, data?: JsonObject): void;
}

/**
 * Answers in place of a model: with a text, or any other JSON value. What it
 * throws fails the question.
 *
 * @example A pipeline made for OpenAI, run without a key
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chat, close, connect, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine({
 *   llm: (question) => `No idea: ${question.questions[0]?.text}`,
 * });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const task = await use(session, {
 *   pipeline: {
 *     components: [
 *       { id: "in", provider: "chat", config: {} },
 *       { id: "llm", provider: "llm_openai", config: {},
 *         input: [{ lane: "questions", from: "in" }] },
 *       { id: "out", provider: "response_answers", config: {},
 *         input: [{ lane: "answers", from: "llm" }] },
 *     ],
 *     source: "in",
 *   },
 * });
 * const { answers } = await chat(session, task, "Why?");
 * assertEquals(answers, ["No idea: Why?"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export type LlmFunction = (
  question: Question,
  context: LlmContext,
) => Awaitable<unknown>;

/**
 * A line of a script that answers in place of a model. The first line that
 * matches is taken; where none does, the last question comes back.
 */
export interface LlmReplyLine {
  /**
   * A piece of the text of the questions, or else of the whole prompt, or
   * `/pattern/flags`; without it the line answers everything.
   */
  readonly match?: string;
  /** The reply: a text, or any JSON value. */
  readonly reply?: unknown;
  /** Fail with this text instead. */
  readonly error?: string;
  /** Messages to send to whoever watches the pipe, before the reply. */
  readonly thinking?: string | readonly string[];
}

/** What replies in place of every model, ready for use. */
export type LlmOverride = (
  component: Pick<LlmContext, "id" | "provider" | "model">,
) => Model["reply"];

/**
 * Make what replies in place of every model.
 *
 * @throws {ValidationException} A line of the script is malformed.
 */
export function llmOverride(
  llm: LlmFunction | readonly LlmReplyLine[],
): LlmOverride {
  if (typeof llm !== "function") {
    const reply = scriptedModel(llm, "Option 'llm'");
    return () => reply;
  }
  return (component) =>
  async ({ question, prompt, attempt }, { signal, sse }) => {
    const context = { ...component, prompt, attempt, signal, sse };
    const reply = await llm(question, context);
    signal.throwIfAborted();
    if (reply !== undefined) return reply;
    throw new ExecutionException("The function 'llm' returned nothing");
  };
}
