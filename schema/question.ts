import { checkOptions, namesOf } from "../lib/check.ts";
import { type Doc, type DocFilter, plainDoc } from "./doc.ts";
import { completeFilter, createDocFilter } from "./doc_filter.ts";
import type { JsonValue } from "./json.ts";

/**
 * What a question asks for.
 *
 * `execute` sends a raw query to a database node and `dialect` asks it which
 * engine it is; both from 1.1 on.
 */
export type QuestionType =
  | "question"
  | "semantic"
  | "keyword"
  | "get"
  | "prompt"
  | "execute"
  | "dialect";

/** A turn of the conversation so far. */
export interface QuestionHistory {
  /** Who spoke: `user`, `assistant` or `system`. */
  readonly role: string;
  /** What was said. */
  readonly content: string;
}

/** An instruction to the model. */
export interface QuestionInstruction {
  /** Its title. */
  readonly subtitle: string;
  /** Its text. */
  readonly instructions: string;
}

/** An example of a good answer. */
export interface QuestionExample {
  /** What is asked. */
  readonly given: string;
  /** What is to be answered; objects travel as JSON text. */
  readonly result: string;
}

/** One text that is asked. */
export interface QuestionText {
  /** The text. */
  readonly text: string;
  /** The model that made the embedding. */
  readonly embedding_model?: string | null;
  /** The text as a vector, for a semantic search. */
  readonly embedding?: readonly number[] | null;
}

/** A question as it travels to a pipeline. */
export interface Question {
  /** What is asked for. */
  readonly type: QuestionType;
  /** Which documents are searched; `null` = the server's defaults. */
  readonly filter: DocFilter | null;
  /** Whether the answer is to be JSON. */
  readonly expectJson: boolean | null;
  /**
   * Whether the model may keep what stays the same between questions; from
   * 1.5 on. Sent where it is `true` only.
   */
  readonly cachePrefix?: boolean | null | undefined;
  /** The role of the model; may be empty. */
  readonly role: string | null;
  /** The instructions to the model. */
  readonly instructions: readonly QuestionInstruction[];
  /** The conversation so far, oldest first. */
  readonly history: readonly QuestionHistory[];
  /** Examples of good answers. */
  readonly examples: readonly QuestionExample[];
  /** Facts that the model may rest on. */
  readonly context: readonly string[];
  /** What the answer is meant to achieve; from 1.1 on. */
  readonly goals: readonly string[];
  /** Documents that the model may rest on. */
  readonly documents: readonly Doc[];
  /** What is asked; several are answered together. */
  readonly questions: readonly QuestionText[];
}

/** What a new question starts with; see {@linkcode createQuestion}. */
export type QuestionOptions = Partial<Question>;

/**
 * Make a question with the defaults that the official SDKs use.
 *
 * A filter given in part is completed with the defaults of the filter; only
 * `filter: null` stays `null`. An array given is used as it is.
 *
 * @param options The members that differ from the defaults.
 * @returns A complete question: type `question`, the default filter, no JSON
 * expected, no role, and empty arrays.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createQuestion } from "@rocketride/streams/schema";
 *
 * const question = createQuestion({
 *   questions: [{ text: "What is new?" }],
 *   filter: { limit: 3 },
 * });
 * assertEquals(question.type, "question");
 * assertEquals(question.filter?.limit, 3);
 * assertEquals(question.filter?.followUpQuestions, 5);
 * ```
 */
export function createQuestion(options: QuestionOptions = {}): Question {
  // Its letters would be taken for the members of an object without any.
  if (typeof options !== "object") {
    throw new TypeError(
      "Expected options; a text goes in by addQuestion(createQuestion(), text)",
    );
  }
  const names = namesOf(completeQuestion({ cachePrefix: true }));
  checkOptions(options, "createQuestion({ role })", names);
  // Names what is unknown in the filter.
  if (options.filter) createDocFilter(options.filter);
  return completeQuestion(options);
}

/** A question of the members that are known, with the defaults for the rest. */
export function completeQuestion(members: QuestionOptions): Question {
  const { filter } = members;
  return {
    type: members.type ?? "question",
    filter: filter === null ? null : completeFilter(filter),
    expectJson: members.expectJson ?? false,
    ...(members.cachePrefix && { cachePrefix: true }),
    role: members.role ?? "",
    instructions: members.instructions ?? [],
    history: members.history ?? [],
    examples: members.examples ?? [],
    context: members.context ?? [],
    goals: members.goals ?? [],
    documents: members.documents ?? [],
    questions: members.questions ?? [],
  };
}

/**
 * Write a question as the JSON text that a pipeline takes.
 *
 * Members of documents and of their metadata that are `null`, `undefined` or
 * a number JSON cannot carry are left out: the server refuses nulls there,
 * and some servers hide the refusal.
 *
 * @param question The question; it is not changed.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createQuestion, questionToJson } from "@rocketride/streams/schema";
 *
 * const doc = { page_content: "Rain at noon", metadata: null };
 * const json = questionToJson(createQuestion({ documents: [doc] }));
 * assertEquals(JSON.parse(json).documents, [{ page_content: "Rain at noon" }]);
 * ```
 */
export function questionToJson(question: Question): string {
  return JSON.stringify({
    ...question,
    documents: question.documents.map(plainDoc),
  });
}

/**
 * Add an instruction about how to answer.
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
 * the official clients write `[object Object]`.
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
  if (!Array.isArray(question?.questions) || typeof text !== "string") {
    throw new TypeError(
      "Expected a question and a string, as in addQuestion(createQuestion(), text)",
    );
  }
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
