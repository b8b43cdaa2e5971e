import type { Doc } from "../../../schema/doc.ts";
import { isRecord } from "../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
  type QuestionOptions,
  type QuestionType,
} from "../../../schema/question.ts";
import { PipeException } from "../../errors.ts";
import { filterFault } from "./filter_fault.ts";
import { readDocs } from "./read_docs.ts";

const TYPES: readonly QuestionType[] = [
  "question",
  "semantic",
  "keyword",
  "get",
  "prompt",
  "execute",
  "dialect",
];

/** The string members that each entry of a list must have. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  instructions: ["subtitle", "instructions"],
  history: ["role", "content"],
  examples: ["given", "result"],
  questions: ["text"],
};

/**
 * Read a question as the server's model does: absent
 * members get their defaults, unknown ones are dropped.
 *
 * @throws {PipeException} A member has the wrong shape.
 */
export function readQuestion(value: unknown): Question {
  if (!isRecord(value)) throw misshapen("must be an object");
  const { type, expectJson, role } = value;
  const filter = value.filter ?? {};
  if (type !== undefined && !TYPES.includes(type as QuestionType)) {
    throw misshapen("'type' is not a question type");
  }
  if (!isRecord(filter)) throw misshapen("'filter' must be an object");
  const fault = filterFault(filter);
  if (fault !== undefined) throw misshapen(fault);
  if (typeof (expectJson ?? false) !== "boolean") {
    throw misshapen("'expectJson' must be a boolean");
  }
  if (typeof (role ?? "") !== "string") {
    throw misshapen("'role' must be a string");
  }
  for (const [list, members] of Object.entries(LISTS)) {
    checkEntries(list, value[list], members);
  }
  for (const list of ["context", "goals"]) checkStrings(list, value[list]);
  checkEmbeddings(value.questions);
  const documents: readonly Doc[] = value.documents === undefined
    ? []
    : readDocs(value.documents);
  return completeQuestion({ ...value as QuestionOptions, documents });
}

function checkEntries(
  list: string,
  value: unknown,
  members: readonly string[],
): void {
  const sound = (entry: unknown): boolean =>
    isRecord(entry) &&
    members.every((member) => typeof entry[member] === "string");
  if (value !== undefined && !(Array.isArray(value) && value.every(sound))) {
    const names = members.map((member) => `'${member}'`).join(" and ");
    throw misshapen(`'${list}' must be a list of objects with ${names}`);
  }
}

/** Stores compare them with vectors, which are lists of numbers. */
function checkEmbeddings(questions: unknown): void {
  for (const question of Array.isArray(questions) ? questions : []) {
    const { embedding, embedding_model: model } = question;
    if (!Array.isArray(embedding ?? [])) {
      throw misshapen("'questions' must have an 'embedding' of numbers");
    }
    if (typeof (model ?? "") !== "string") {
      throw misshapen("'questions' must have an 'embedding_model' of text");
    }
  }
}

function checkStrings(list: string, value: unknown): void {
  const sound = (entry: unknown): boolean => typeof entry === "string";
  if (value !== undefined && !(Array.isArray(value) && value.every(sound))) {
    throw misshapen(`'${list}' must be a list of strings`);
  }
}

function misshapen(what: string): PipeException {
  return new PipeException(`Question ${what}`);
}
