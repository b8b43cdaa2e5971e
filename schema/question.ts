import type { Doc, DocFilter } from "./doc.ts";
import { createDocFilter } from "./doc_filter.ts";
import { plainDoc } from "./_plain_doc.ts";

/**
 * What a question asks for (api §1.1).
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

/** A turn of the conversation so far (api §1.1). */
export interface QuestionHistory {
  /** Who spoke: `user`, `assistant` or `system`. */
  readonly role: string;
  /** What was said. */
  readonly content: string;
}

/** An instruction to the model (api §1.1). */
export interface QuestionInstruction {
  /** Its title. */
  readonly subtitle: string;
  /** Its text. */
  readonly instructions: string;
}

/** An example of a good answer (api §1.1). */
export interface QuestionExample {
  /** What is asked. */
  readonly given: string;
  /** What is to be answered; objects travel as JSON text. */
  readonly result: string;
}

/** One text that is asked (api §1.1). */
export interface QuestionText {
  /** The text. */
  readonly text: string;
  /** The model that made the embedding. */
  readonly embedding_model?: string | null;
  /** The text as a vector, for a semantic search. */
  readonly embedding?: readonly number[] | null;
}

/** A question as it travels to a pipeline (api §1.2, protocol Appendix B). */
export interface Question {
  /** What is asked for. */
  readonly type: QuestionType;
  /** Which documents are searched; `null` = the server's defaults. */
  readonly filter: DocFilter | null;
  /** Whether the answer is to be JSON. */
  readonly expectJson: boolean | null;
  /** Who the model is to be; empty for nobody in particular. */
  readonly role: string | null;
  /** What the model is told to do. */
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
 * Make a question with the defaults that the official SDKs use (api §1.2).
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
  const { filter } = options;
  return {
    type: options.type ?? "question",
    filter: filter === null ? null : createDocFilter(filter),
    expectJson: options.expectJson ?? false,
    role: options.role ?? "",
    instructions: options.instructions ?? [],
    history: options.history ?? [],
    examples: options.examples ?? [],
    context: options.context ?? [],
    goals: options.goals ?? [],
    documents: options.documents ?? [],
    questions: options.questions ?? [],
  };
}

/**
 * Write a question as the JSON text that a pipeline takes.
 *
 * Members of documents and of their metadata that are `null`, `undefined` or
 * a number JSON cannot carry are left out: the server refuses nulls there,
 * and some servers hide the refusal (api §1.2, protocol S36).
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
