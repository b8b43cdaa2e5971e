import { checkOptions } from "../lib/check.ts";
import { CRITICAL, FENCE, JSON_FORMAT } from "./_prompt_texts.ts";
import { promptOf11 } from "./_prompt_of_1_1.ts";
import type {
  Question,
  QuestionExample,
  QuestionInstruction,
} from "./question.ts";

/** Options of {@linkcode getPrompt}. */
export interface PromptOptions {
  /**
   * Whether the reply before this one was not the JSON that was asked for;
   * has no effect unless the question expects JSON.
   *
   * @default {false}
   */
  readonly hasPreviousJsonFailed?: boolean | undefined;
  /**
   * Which engines' layout: `1.0` has instructions of its own where the
   * question has none, `1.1` puts what is asked last and has none, `1.5` keeps
   * the indentation inside instructions as well.
   *
   * @default {"1.0"}
   */
  readonly layout?: "1.0" | "1.1" | "1.5" | undefined;
}

const EOL = "\r\n";
const INDENT = "    ";

const ANSWER: QuestionInstruction = {
  subtitle: "Answer the following questions",
  instructions: "Answer the following questions.",
};
const DOCUMENTS: QuestionInstruction = {
  subtitle: "Documents",
  instructions: "Base the answer on the documents that are given below.",
};
/**
 * Write a question as the prompt that an engine gives to a model.
 *
 * Engines do this themselves; it is here to look at what a model will see.
 * The layouts are those of engines; goals, which 1.0 does not
 * know, stand there before what is asked. The fixed texts are ours, and an
 * example always ends its line.
 *
 * @param question The question.
 * @param options See {@linkcode PromptOptions}.
 * @returns The prompt, with CRLF line ends.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import {
 *   addQuestion,
 *   createQuestion,
 *   getPrompt,
 * } from "@rocketride/streams/schema";
 *
 * const prompt = getPrompt(addQuestion(createQuestion(), "What is new?"));
 * assertStringIncludes(prompt, "### Instructions:\r\n");
 * assertStringIncludes(prompt, "What is new?\r\n");
 * ```
 */
export function getPrompt(
  question: Question,
  options: PromptOptions = {},
): string {
  checkOptions(options, "getPrompt(question, { layout })", {
    hasPreviousJsonFailed: 1,
    layout: ["1.0", "1.1", "1.5"],
  });
  const { layout = "1.0", hasPreviousJsonFailed = false } = options;
  if (layout !== "1.0") {
    return promptOf11(question, hasPreviousJsonFailed, layout === "1.5");
  }
  const { context, documents, goals, history, questions, role } = question;
  const lines = [
    role ?? "",
    "### Instructions:",
    ...instructionLines(question, hasPreviousJsonFailed),
    ...section(
      "Conversation History",
      history,
      (turn) => `${turn.role}: ${turn.content}`,
    ),
    ...section("Goal", goals, (goal, at) => `${at}) ${goal.trim()}`),
    ...questions.map(({ text }, at) =>
      questions.length === 1 ? text : `Question ${at + 1}: ${text}`
    ),
    ...section("Context", context, (fact, at) => `${at}) ${fact.trim()}${EOL}`),
    ...section(
      "Documents",
      documents,
      (doc, at) =>
        `Document ${at}) Content: ${(doc.page_content ?? "").trim()}`,
    ),
  ];
  return lines.slice(role ? 0 : 1).map((line) => line + EOL).join("");
}

function section<Item>(
  title: string,
  items: readonly Item[],
  line: (item: Item, at: number) => string,
): string[] {
  if (items.length === 0) return [];
  const body = items.map((item, index) => INDENT + line(item, index + 1));
  return [`### ${title}:`, ...body];
}

function instructionLines(
  question: Question,
  hasPreviousJsonFailed: boolean,
): string[] {
  const { documents, examples, expectJson, instructions } = question;
  const defaults = documents.length > 0 ? [ANSWER, DOCUMENTS] : [ANSWER];
  const all = [
    ...(instructions.length > 0 ? instructions : defaults),
    ...(expectJson ? [JSON_FORMAT] : []),
    ...(expectJson && hasPreviousJsonFailed ? [CRITICAL] : []),
    ...(examples.length > 0
      ? [{ subtitle: "Examples", instructions: "" }]
      : []),
  ];
  const lines = all.map(({ subtitle, instructions: body }, at) =>
    `${INDENT}${at + 1}) **${subtitle.trim()}**: ${body.trim()}${EOL}`
  );
  return [
    ...lines,
    ...examples.flatMap((it, at) => exampleLines(it, at, expectJson ?? false)),
  ];
}

function exampleLines(
  { given, result }: QuestionExample,
  at: number,
  fenced: boolean,
): string[] {
  const deep = INDENT + INDENT;
  const expected = `${deep}**Expected output**: `;
  return [
    `${INDENT}Example ${at + 1}`,
    `${deep}**Given**: ${given.trim()}`,
    ...(fenced
      ? [`${expected}${FENCE}json`, `${result.trim()}${FENCE}`]
      : [expected + result.trim()]),
  ];
}
