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
}

const EOL = "\r\n";
const INDENT = "    ";
const FENCE = "```";

const ANSWER: QuestionInstruction = {
  subtitle: "Answer the following questions",
  instructions: "Answer the following questions.",
};
const DOCUMENTS: QuestionInstruction = {
  subtitle: "Documents",
  instructions: "Base the answer on the documents that are given below.",
};
const JSON_FORMAT: QuestionInstruction = {
  subtitle: "JSON Response Format",
  instructions: [
    "- Reply with JSON only.",
    "- Escape quotes inside strings.",
    "- Write nothing besides the JSON.",
    "- The JSON must be strictly valid.",
    "- Check it before you answer.",
    `- Put it into a ${FENCE}json block.`,
  ].join(`\n${" ".repeat(20)}`),
};
const CRITICAL: QuestionInstruction = {
  subtitle: "CRITICAL",
  instructions: [
    "- The last reply was not valid JSON.",
    "- Look at it again, and make it complete and standard-conforming.",
  ].join(`\n${" ".repeat(20)}`),
};

/**
 * Write a question as the prompt that an engine gives to a model.
 *
 * Engines do this themselves; it is here to look at what a model will see.
 * The layout is that of 1.0 engines (api §1.2), with goals as 1.1 places
 * them; the fixed texts are ours, and an example always ends its line.
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
  const { context, documents, goals, history, questions, role } = question;
  const lines = [
    role ?? "",
    "### Instructions:",
    ...instructionLines(question, options),
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
  { hasPreviousJsonFailed = false }: PromptOptions,
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
