import type { Doc } from "../../../schema/doc.ts";
import type { JsonObject } from "../../../schema/json.ts";
import {
  createQuestion,
  type QuestionInstruction,
} from "../../../schema/question.ts";
import { ValidationException } from "../../errors.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeInstance,
  type PipeContext,
  type TaskContext,
} from "../node.ts";

const DEFAULT_INSTRUCTION =
  "Answer helpfully and to the point, from what is given here.";

/**
 * The node `prompt`: gathers what an object brings and asks one
 * question with the configured instructions when the object is complete.
 *
 * Of incoming questions only the texts are kept. Text and tables become
 * context, documents stay documents. An object that brings nothing asks
 * nothing. Every object starts empty; the real engine lets an earlier object
 * of the same pipe leak in.
 *
 * @returns The definition.
 */
export function promptNode(): NodeDefinition {
  return defineNode({
    provider: "prompt",
    title: "Prompt",
    description:
      "Merges questions, documents, text and tables of an object into one " +
      "question with instructions.",
    classType: ["text"],
    lanes: { questions: ["questions"], documents: [], text: [], table: [] },
    replaces: true,
    fields: [{
      name: "instructions",
      type: "array",
      description: "What the model is told to do: a text, or a list of texts.",
      default: [DEFAULT_INSTRUCTION],
      optional: true,
    }],
    start: (context: TaskContext) => {
      const instructions = titled(readInstructions(context.config, context.id));
      return { instance: (pipe) => instance(pipe, instructions) };
    },
  });
}

function instance(
  pipe: PipeContext,
  instructions: readonly QuestionInstruction[],
): NodeInstance {
  const questions: string[] = [];
  const context: string[] = [];
  const documents: Doc[] = [];

  async function ask(): Promise<void> {
    pipe.signal.throwIfAborted();
    if (questions.length + context.length + documents.length === 0) return;
    const merged = createQuestion({
      instructions,
      context,
      documents,
      questions: questions.map((text) => ({ text })),
    });
    await pipe.emit("questions", merged);
  }

  return {
    on: {
      questions: (question) =>
        void questions.push(...question.questions.map(({ text }) => text)),
      documents: (docs) => void documents.push(...docs),
      text: (text) => void context.push(text),
      table: (table) => void context.push(table),
    },
    closing: ask,
  };
}

function readInstructions(config: JsonObject, id: string): readonly string[] {
  const { instructions: given } = config;
  const list = Array.isArray(given) ? given : [given ?? ""];
  if (!list.every((item) => typeof item === "string")) {
    throw new ValidationException(
      `Component ${id}: 'instructions' must be a text or a list of texts`,
    );
  }
  const texts = list.map((text) => text.trim()).filter((text) => text !== "");
  return texts.length > 0 ? texts : [DEFAULT_INSTRUCTION];
}

/** Several instructions are numbered in their titles. */
function titled(texts: readonly string[]): readonly QuestionInstruction[] {
  return texts.map((instructions, at) => ({
    subtitle: texts.length === 1
      ? "User Instruction"
      : `User Instruction ${at + 1}`,
    instructions,
  }));
}
