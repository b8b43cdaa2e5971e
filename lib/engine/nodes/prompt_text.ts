import { checkOptions } from "../../check.ts";
import type {
  Question,
  QuestionInstruction,
} from "../../../schema/question.ts";

/** Options of {@linkcode promptText}. */
export interface PromptTextOptions {
  /**
   * Whether the answer before this one was not the JSON that was asked for;
   * has no effect unless the question expects JSON.
   *
   * @default {false}
   */
  readonly retry?: boolean;
}

const JSON_INSTRUCTION: QuestionInstruction = {
  subtitle: "Form of the answer",
  instructions:
    "Reply with one JSON value and nothing else: no greeting, no remarks, no " +
    "text before or after it. Escape quotes and line ends inside strings. " +
    "Check that a strict JSON parser accepts the whole reply.",
};

const RETRY_INSTRUCTION: QuestionInstruction = {
  subtitle: "Correction",
  instructions:
    "Your last reply was not valid JSON. Answer again from the start, with " +
    "complete and valid JSON only.",
};

/**
 * Write a question as the one text that an LLM node sends.
 *
 * The order is: role, instructions (those about JSON first), examples,
 * history, context, documents, goals, questions. Sections without content are
 * left out, and a question that has nothing but its texts is just these.
 * Control characters other than tabs and line ends are dropped.
 *
 * @param options See {@linkcode PromptTextOptions}.
 * @returns The text; empty when the question holds nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { promptText } from "@rocketride/streams/engine";
 * import { createQuestion } from "@rocketride/streams/schema";
 *
 * const question = createQuestion({
 *   role: "You are a gardener",
 *   questions: [{ text: "When do tulips bloom?" }],
 * });
 * assertEquals(
 *   promptText(question),
 *   "You are a gardener\n\n## Question\nWhen do tulips bloom?",
 * );
 * ```
 */
export function promptText(
  question: Question,
  options: PromptTextOptions = {},
): string {
  checkOptions(options, "promptText(question, { retry })", { retry: 1 });
  const asked = question.questions.map(({ text }) => text);
  const before = [
    question.role ?? "",
    section("Instructions", numbered(instructionsOf(question, options))),
    section("Examples", question.examples.map(exampleText)),
    section(
      "Conversation so far",
      question.history.map(({ role, content }) => `${role}: ${content}`),
    ),
    section("Context", numbered(question.context)),
    section("Documents", documentTexts(question)),
    section("Goals", numbered(question.goals)),
  ].filter((part) => part.trim() !== "");
  const last = before.length === 0
    ? asked.join("\n")
    : section(asked.length === 1 ? "Question" : "Questions", asked);
  return [...before, last]
    .filter((part) => part !== "")
    .join("\n\n")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "");
}

function instructionsOf(
  question: Question,
  { retry = false }: PromptTextOptions,
): readonly string[] {
  const about = question.expectJson
    ? [JSON_INSTRUCTION, ...(retry ? [RETRY_INSTRUCTION] : [])]
    : [];
  return [...about, ...question.instructions].map((
    { subtitle, instructions },
  ) => `${subtitle.trim()}: ${instructions.trim()}`);
}

function exampleText(
  { given, result }: Question["examples"][number],
  at: number,
): string {
  return `Example ${at + 1}\nGiven: ${given.trim()}\nAnswer: ${result.trim()}`;
}

function documentTexts({ documents }: Question): readonly string[] {
  return documents.map(({ page_content }, at) =>
    `Document ${at + 1}: ${(page_content ?? "").trim()}`
  );
}

function numbered(texts: readonly string[]): readonly string[] {
  return texts.map((text, at) => `${at + 1}. ${text.trim()}`);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n${lines.join("\n")}`;
}
