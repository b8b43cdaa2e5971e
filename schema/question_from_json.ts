import { docFilterFromJson } from "./doc_filter.ts";
import { docFromJson } from "./doc.ts";
import {
  createQuestion,
  type Question,
  type QuestionExample,
  type QuestionHistory,
  type QuestionInstruction,
  type QuestionOptions,
  type QuestionText,
  type QuestionType,
} from "./question.ts";
import {
  type MemberTable,
  parseRecord,
  readList,
  readMembers,
  recordOf,
} from "./json.ts";

const WHAT = "a question";

const TYPES: readonly QuestionType[] = [
  "question",
  "semantic",
  "keyword",
  "get",
  "prompt",
  "execute",
  "dialect",
];

/**
 * Read a question from its JSON form; the way back from
 * {@linkcode questionToJson}.
 *
 * @param json JSON text, or what it parses to. Members that are missing take
 * their defaults; members this version does not know are left out. But for
 * the filter, a member that is `null` is as good as missing.
 * @returns The question.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is no question; the message says which member.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   addQuestion,
 *   createQuestion,
 *   questionFromJson,
 *   questionToJson,
 * } from "@rocketride/streams/schema";
 *
 * const question = addQuestion(createQuestion(), "What is new?");
 * assertEquals(questionFromJson(questionToJson(question)), question);
 * ```
 */
export function questionFromJson(json: unknown): Question {
  const record = parseRecord(WHAT, json);
  const { filter } = record;
  const members = readMembers(WHAT, record, {
    type: "text",
    expectJson: "boolean",
    cachePrefix: "boolean",
    role: "text",
    context: "texts",
    goals: "texts",
  });
  const type = members.type ?? "question";
  if (!TYPES.includes(type as QuestionType)) {
    throw new TypeError(
      `Cannot read ${WHAT}: "type" must be one of ${TYPES.join(", ")}`,
    );
  }

  function list<Item>(
    name: string,
    table: MemberTable,
    optional?: readonly string[],
  ): readonly Item[] {
    const required = Object.keys(table)
      .filter((member) => !optional?.includes(member));
    return readList(
      WHAT,
      record,
      name,
      (entry, what) => readMembers(what, entry, table, required) as Item,
    );
  }

  return createQuestion({
    ...members as QuestionOptions,
    filter: filter === null
      ? null
      : docFilterFromJson(recordOf("a filter", filter ?? {})),
    instructions: list<QuestionInstruction>("instructions", {
      subtitle: "text",
      instructions: "text",
    }),
    history: list<QuestionHistory>("history", {
      role: "text",
      content: "text",
    }),
    examples: list<QuestionExample>("examples", {
      given: "text",
      result: "text",
    }),
    documents: readList(WHAT, record, "documents", docFromJson),
    questions: list<QuestionText>("questions", {
      text: "text",
      embedding_model: "text",
      embedding: "numbers",
    }, ["embedding_model", "embedding"]),
  });
}
