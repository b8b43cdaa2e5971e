import type { Doc } from "../../../../schema/doc.ts";
import {
  createQuestion,
  type QuestionInstruction,
} from "../../../../schema/question.ts";
import type {
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";

const DEFAULT_INSTRUCTION =
  "Answer helpfully and to the point, from what is given here.";

/**
 * The node `prompt`: collects what an object brings and asks one question with
 * the configured instructions when the object is complete.
 *
 * Of incoming questions only the texts are kept. Text and tables become
 * context, documents stay documents. An object that brings nothing asks
 * nothing. Every object starts empty; a server lets an earlier object of the
 * same pipe leak in.
 */
export function prompt(context: TaskContext): NodeTask {
  const instructions = readInstructions(context);
  return { instance: (pipe) => instance(pipe, instructions) };
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

/** One instruction or a list; several are numbered in their titles. */
function readInstructions(
  context: TaskContext,
): readonly QuestionInstruction[] {
  const given = context.config.instructions ?? "";
  const { fault } = configReader(context);
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const texts = list.map((text) => {
    if (typeof text === "string") return text.trim();
    throw fault("'instructions' must be a text or a list of texts");
  }).filter((text) => text !== "");
  if (texts.length === 0) texts.push(DEFAULT_INSTRUCTION);
  return texts.map((instructions, at) => ({
    subtitle: `User Instruction${texts.length === 1 ? "" : ` ${at + 1}`}`,
    instructions,
  }));
}
