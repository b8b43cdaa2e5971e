import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import { ExecutionException, ValidationException } from "../../../errors.ts";
import type { Awaitable } from "../../node.ts";
import type { Model } from "./model.ts";

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
 * Convert the option `llm` to what replies in place of every model.
 *
 * @throws {ValidationException} A line of the script is malformed.
 */
export function llmOverride(
  llm: LlmFunction | readonly LlmReplyLine[],
): LlmOverride {
  if (typeof llm !== "function") {
    const reply = scriptedReply(llm, "Option 'llm'");
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

/**
 * Make a model's reply that follows a script: see {@linkcode LlmReplyLine}.
 * Without a matching line the last question comes back, as `{"text": …}` when
 * JSON is expected.
 *
 * @param lines The script.
 * @param where What to call the script in messages.
 * @throws {ValidationException} A line is malformed.
 */
export function scriptedReply(lines: unknown, where: string): Model["reply"] {
  if (!Array.isArray(lines)) {
    throw new ValidationException(`${where}: 'replies' must be a list`);
  }
  const script = lines.map((line: unknown, at) =>
    readLine(line, `${where}: 'replies[${at}]'`)
  );
  return ({ question: { questions, expectJson }, prompt }, pipe) => {
    const texts = questions.map(({ text }) => text).join("\n");
    const line = script.find(({ matches }) => matches(texts)) ??
      script.find(({ matches }) => matches(prompt));
    for (const message of line?.thinking ?? []) {
      pipe.sse("thinking", { message });
    }
    if (line?.error !== undefined) throw new ExecutionException(line.error);
    const text = questions.at(-1)?.text ?? "";
    return line?.reply ?? (expectJson ? JSON.stringify({ text }) : text);
  };
}

interface ScriptLine {
  matches(text: string): boolean;
  readonly reply: string;
  readonly error: string | undefined;
  readonly thinking: readonly string[];
}

function readLine(line: unknown, where: string): ScriptLine {
  if (!isRecord(line)) {
    throw new ValidationException(`${where} must be an object`);
  }
  const { match = "", reply, error, thinking = [] } = line;
  if (typeof match !== "string") {
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
  const messages = [thinking].flat();
  if (!messages.every((item) => typeof item === "string")) {
    throw new ValidationException(
      `${where} 'thinking' must be a text or a list of texts`,
    );
  }
  return {
    matches: matcher(match, where),
    reply: typeof reply === "string" ? reply : JSON.stringify(reply) ?? "",
    error,
    thinking: messages,
  };
}

/** A test for `/pattern/flags` or, for any other text, for containing it. */
function matcher(match: string, where: string): (text: string) => boolean {
  const [, source, flags = ""] = /^\/(.+)\/([a-z]*)$/s.exec(match) ?? [];
  if (source === undefined) return (text) => text.includes(match);
  try {
    // Without `g` and `y`, whose state would change the next test.
    const pattern = new RegExp(source, flags.replace(/[gy]/g, ""));
    return (text) => pattern.test(text);
  } catch (cause) {
    throw new ValidationException(
      `${where} 'match' is not a valid pattern`,
      { cause },
    );
  }
}
