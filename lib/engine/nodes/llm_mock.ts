import type { Question } from "../../../schema/question.ts";
import { createQuestion } from "../../../schema/question.ts";
import { isRecord } from "../../../schema/json.ts";
import { ExecutionException } from "../../errors.ts";
import type {
  AnswerPayload,
  ControlCall,
  NodeDefinition,
  NodeInstance,
  PipeContext,
  TaskContext,
} from "../node.ts";
import { defineNode } from "../node.ts";
import { jsonReply } from "./_json_reply.ts";
import { readScript, type ScriptedReply } from "./_reply_script.ts";
import { promptText } from "./prompt_text.ts";

/**
 * The node `llm_mock`, which only the embedded engine has (engine §4.7): an
 * LLM that follows a script.
 *
 * The first entry of `replies` whose `match` is found in the text of the
 * questions, or else in the whole prompt, is the reply. `match` is a piece of
 * text or `/pattern/flags`; without it the entry answers everything. `reply`
 * is a text, or any JSON value; `error` makes the call fail with its text;
 * `thinking` sends messages to whoever watches the pipe. What no entry
 * answers is echoed: the last question, or `{"text": …}` when JSON is
 * expected.
 *
 * @returns The definition.
 */
export function llmMockNode(): NodeDefinition {
  return defineNode({
    provider: "llm_mock",
    title: "Mock LLM",
    description:
      "Replies from a script, else with the last question. Exists in the " +
      "embedded engine only.",
    classType: ["llm"],
    lanes: { questions: ["answers"] },
    capabilities: ["INVOKE"],
    fields: [
      {
        name: "replies",
        type: "array",
        description: "The script: entries of `{match, reply}`, and instead " +
          "of `reply` perhaps `error`; `thinking` is optional.",
        default: [],
        optional: true,
      },
      {
        name: "modelTotalTokens",
        type: "integer",
        description: "The context length to tell agents.",
        default: 16384,
        optional: true,
      },
      {
        name: "modelOutputTokens",
        type: "integer",
        description: "The output length to tell agents.",
        default: 4096,
        optional: true,
      },
    ],
    start: (context: TaskContext) => {
      const script = readScript(context.config, context.id);
      return { instance: (pipe) => instance(pipe, script, context) };
    },
  });
}

function instance(
  pipe: PipeContext,
  script: readonly ScriptedReply[],
  { config }: TaskContext,
): NodeInstance {
  return {
    on: {
      questions: async (question) => {
        await pipe.emit("answers", answerTo(question, script, pipe));
      },
    },
    invoke: ({ op, args }: ControlCall) => {
      switch (op) {
        case "ask":
          return answerTo(asked(args.question), script, pipe);
        case "getContextLength":
          return config.modelTotalTokens ?? 16384;
        case "getOutputLength":
          return config.modelOutputTokens ?? 4096;
        case "getTokenCounter":
          return countTokens;
        default:
          return undefined;
      }
    },
  };
}

function answerTo(
  question: Question,
  script: readonly ScriptedReply[],
  pipe: PipeContext,
): AnswerPayload {
  pipe.signal.throwIfAborted();
  const prompt = promptText(question);
  if (prompt.trim() === "") {
    throw new ExecutionException(
      "Prompt is empty or contains only whitespace.",
    );
  }
  const texts = question.questions.map(({ text }) => text).join("\n");
  const line = script.find((line) => line.matches(texts)) ??
    script.find((line) => line.matches(prompt));
  for (const message of line?.thinking ?? []) {
    pipe.sse("thinking", { message });
  }
  if (line?.error !== undefined) throw new ExecutionException(line.error);
  const expectJson = question.expectJson === true;
  const reply = line?.reply ?? echo(question, expectJson);
  return { answer: expectJson ? parsed(reply) : reply, expectJson };
}

function echo({ questions }: Question, expectJson: boolean): string {
  const text = questions.at(-1)?.text ?? "";
  return expectJson ? JSON.stringify({ text }) : text;
}

/** The same prompt gives the same reply, so that asking again is no use. */
function parsed(reply: string): unknown {
  const found = jsonReply(reply);
  if (found) return found.value;
  throw new ExecutionException(
    "Failed to get valid JSON response after 3 attempts",
    { hint: "The reply of llm_mock is not JSON, and JSON was expected" },
  );
}

/** The question of a control call: a record, or its text alone. */
function asked(question: unknown): Question {
  return createQuestion(
    isRecord(question)
      ? question
      : { questions: [{ text: String(question ?? "") }] },
  );
}

function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
