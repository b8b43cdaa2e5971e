import { isRecord } from "../../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type {
  AnswerPayload,
  Awaitable,
  NodeTask,
  PipeContext,
} from "../../node.ts";
import { jsonReply } from "../_json_reply.ts";
import { promptText } from "../prompt_text.ts";
import { countTokens } from "./ask_llm.ts";
import { textOf } from "../../text_of.ts";

/** What a model is asked. */
export interface ModelRequest {
  readonly question: Question;
  /** The question as the one text that models get. */
  readonly prompt: string;
  /** Which try it is, from 1; JSON that does not parse is asked for again. */
  readonly attempt: number;
}

/** Something that answers prompts; what LLM nodes differ in. */
export interface Model {
  /** How many tokens prompt and reply may have together. */
  readonly contextTokens: number;
  /** How many tokens a reply may have. */
  readonly outputTokens: number;
  /** Reply with a text, or with a JSON value from models that parse. */
  reply(request: ModelRequest, pipe: PipeContext): Awaitable<unknown>;
}

const TRIES = 3;

/**
 * An LLM node at work: answers questions of its lane and the four control
 * calls of the class `llm`.
 *
 * When JSON is expected and the reply is not JSON, the model is asked again
 * with a stricter prompt; after three tries the question fails.
 */
export function modelTask(model: Model): NodeTask {
  return {
    instance: (pipe) => ({
      on: {
        questions: async (question) => {
          await pipe.emit("answers", await answer(question, model, pipe));
        },
      },
      invoke: ({ op, args }) => {
        switch (op) {
          case "ask":
            return answer(asked(args.question), model, pipe);
          case "getContextLength":
            return model.contextTokens;
          case "getOutputLength":
            return model.outputTokens;
          case "getTokenCounter":
            return countTokens;
          default:
            return undefined;
        }
      },
    }),
  };
}

async function answer(
  question: Question,
  model: Model,
  pipe: PipeContext,
): Promise<AnswerPayload> {
  const expectJson = question.expectJson === true;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    pipe.signal.throwIfAborted();
    const prompt = promptText(question, { retry: attempt > 1 });
    if (prompt.trim() === "") {
      throw new ExecutionException(
        "Prompt is empty or contains only whitespace.",
      );
    }
    const reply = await model.reply({ question, prompt, attempt }, pipe);
    const isText = typeof reply === "string";
    if (!expectJson) {
      return { answer: isText ? reply : JSON.stringify(reply), expectJson };
    }
    const found = isText ? jsonReply(reply) : { value: reply };
    if (found) return { answer: found.value, expectJson };
  }
  throw new ExecutionException(
    `Failed to get valid JSON response after ${TRIES} attempts`,
    { hint: "JSON was expected, and no reply of the model was JSON" },
  );
}

/** The question of a control call: a record, or its text alone. */
function asked(question: unknown): Question {
  return completeQuestion(
    isRecord(question)
      ? question
      : { questions: [{ text: textOf(question ?? "") }] },
  );
}
