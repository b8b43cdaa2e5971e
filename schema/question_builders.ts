import type { Doc } from "./doc.ts";
import type { JsonValue } from "./json.ts";
import type { Question, QuestionHistory } from "./question.ts";

/**
 * Tell the model how to answer.
 *
 * Like every function here, it returns a new question and leaves the old one
 * as it was.
 *
 * @param question The question so far.
 * @param title What the instruction is about.
 * @param instruction What the model is to do.
 * @returns A question that has the instruction as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addInstruction, createQuestion } from "@rocketride/streams/schema";
 *
 * const question = addInstruction(createQuestion(), "Form", "Use bullets.");
 * assertEquals(question.instructions, [
 *   { subtitle: "Form", instructions: "Use bullets." },
 * ]);
 * ```
 */
export function addInstruction(
  question: Question,
  title: string,
  instruction: string,
): Question {
  const added = { subtitle: title, instructions: instruction };
  return { ...question, instructions: [...question.instructions, added] };
}

/**
 * Show the model an answer that would be right.
 *
 * @param question The question so far.
 * @param given What is asked in the example.
 * @param result What is to be answered; all but text becomes JSON text.
 * @returns A question that has the example as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addExample, createQuestion } from "@rocketride/streams/schema";
 *
 * const question = addExample(createQuestion(), "2 + 2", { sum: 4 });
 * assertEquals(question.examples, [{ given: "2 + 2", result: '{"sum":4}' }]);
 * ```
 */
export function addExample(
  question: Question,
  given: string,
  result: JsonValue,
): Question {
  const added = { given, result: textOf(result) };
  return { ...question, examples: [...question.examples, added] };
}

/**
 * Give the model facts to rest on.
 *
 * @param question The question so far.
 * @param context One fact or several; all but text becomes JSON text, where
 * the official clients write `[object Object]` (api §1.2).
 * @returns A question that has the facts as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addContext, createQuestion } from "@rocketride/streams/schema";
 *
 * const question = addContext(createQuestion(), ["It rains", { degrees: 9 }]);
 * assertEquals(question.context, ["It rains", '{"degrees":9}']);
 * ```
 */
export function addContext(
  question: Question,
  context: JsonValue,
): Question {
  const added = Array.isArray(context)
    ? context.map(textOf)
    : [textOf(context)];
  return { ...question, context: [...question.context, ...added] };
}

/**
 * Add a turn of the conversation so far.
 *
 * @param question The question so far.
 * @param item Who said what.
 * @returns A question that has the turn as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addHistory, createQuestion } from "@rocketride/streams/schema";
 *
 * const item = { role: "user", content: "Hello" };
 * assertEquals(addHistory(createQuestion(), item).history, [item]);
 * ```
 */
export function addHistory(
  question: Question,
  item: QuestionHistory,
): Question {
  return { ...question, history: [...question.history, item] };
}

/**
 * Say what the answer is meant to achieve; engines from 1.1 on read it.
 *
 * @param question The question so far.
 * @param goal The goal.
 * @returns A question that has the goal as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addGoal, createQuestion } from "@rocketride/streams/schema";
 *
 * assertEquals(addGoal(createQuestion(), "Save time").goals, ["Save time"]);
 * ```
 */
export function addGoal(question: Question, goal: string): Question {
  return { ...question, goals: [...question.goals, goal] };
}

/**
 * Ask something; several texts are answered together.
 *
 * @param question The question so far.
 * @param text What is asked.
 * @returns A question that has the text as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addQuestion, createQuestion } from "@rocketride/streams/schema";
 *
 * const question = addQuestion(createQuestion(), "What is new?");
 * assertEquals(question.questions, [{ text: "What is new?" }]);
 * ```
 */
export function addQuestion(question: Question, text: string): Question {
  return { ...question, questions: [...question.questions, { text }] };
}

/**
 * Give the model documents to rest on.
 *
 * @param question The question so far.
 * @param documents One document or several; text becomes a document that has
 * nothing but this content.
 * @returns A question that has the documents as its last.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addDocuments, createQuestion } from "@rocketride/streams/schema";
 *
 * assertEquals(addDocuments(createQuestion(), "All is well").documents, [
 *   { type: "Document", page_content: "All is well" },
 * ]);
 * ```
 */
export function addDocuments(
  question: Question,
  documents: string | Doc | readonly (string | Doc)[],
): Question {
  const given = Array.isArray(documents) ? documents : [documents];
  const added = given.map((it: string | Doc): Doc =>
    typeof it === "string" ? { type: "Document", page_content: it } : it
  );
  return { ...question, documents: [...question.documents, ...added] };
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
