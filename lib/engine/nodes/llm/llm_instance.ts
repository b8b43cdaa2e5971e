import { isRecord } from "../../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type {
  AnswerPayload,
  ControlCall,
  NodeInstance,
  PipeContext,
} from "../../node.ts";
import { jsonReply } from "../_json_reply.ts";
import { promptText } from "../prompt_text.ts";
import { countTokens } from "./count_tokens.ts";
import type { Model } from "./model.ts";

const TRIES = 3;

/**
 * An LLM node at work: answers questions of its lane and the
 * four control calls of the class `llm`.
 *
 * Where JSON is expected and the reply is none, the model is asked again, and
 * told so; after three tries the question fails.
 */
export function llmInstance(pipe: PipeContext, model: Model): NodeInstance {
  return {
    on: {
      questions: async (question) => {
        await pipe.emit("answers", await answer(question, model, pipe));
      },
    },
    invoke: ({ op, args }: ControlCall) => {
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
    if (!expectJson) return { answer: asText(reply), expectJson };
    const found = typeof reply === "string"
      ? jsonReply(reply)
      : { value: reply };
    if (found) return { answer: found.value, expectJson };
  }
  throw new ExecutionException(
    `Failed to get valid JSON response after ${TRIES} attempts`,
    { hint: "JSON was expected, and the model's replies were none" },
  );
}

function asText(reply: unknown): string {
  return typeof reply === "string" ? reply : JSON.stringify(reply);
}

/** The question of a control call: a record, or its text alone. */
function asked(question: unknown): Question {
  return completeQuestion(
    isRecord(question)
      ? question
      : { questions: [{ text: String(question ?? "") }] },
  );
}
