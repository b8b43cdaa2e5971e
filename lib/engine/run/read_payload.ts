import type { Doc } from "../../../schema/doc.ts";
import { isRecord } from "../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
  type QuestionOptions,
} from "../../../schema/question.ts";
import { PipeException } from "../../errors.ts";

type Fields = Readonly<Record<string, unknown>>;

const TYPES: readonly unknown[] = [
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

/** What the members of a filter must be, unless they are null. */
const FILTER: Readonly<Record<string, readonly string[]>> = {
  "a boolean": [
    ...["fullTables", "fullDocuments", "isDeleted", "isTable"],
    ...["useQuickRank", "useGroupRank", "context"],
  ],
  "a number": [
    "offset",
    "limit",
    "followUpQuestions",
    "minChunkId",
    "maxChunkId",
  ],
  "a string": ["nodeId", "parent", "name"],
  "a list of numbers": ["permissions", "chunkIds", "tableIds"],
  "a list of strings": ["objectIds"],
};

/**
 * Read a question as the server's model does: absent members get their defaults,
 * unknown ones are dropped.
 *
 * @throws {PipeException} A member has the wrong shape.
 */
export function readQuestion(value: unknown): Question {
  const fault = isRecord(value) ? questionFault(value) : "must be an object";
  if (fault !== undefined) throw new PipeException(`Question ${fault}`);
  const { documents = [] } = value as Fields;
  return completeQuestion({
    ...value as QuestionOptions,
    documents: readDocs(documents),
  });
}

function questionFault(question: Fields): string | undefined {
  const { type = "question", filter, expectJson, role } = question;
  if (!TYPES.includes(type)) return "'type' is not a question type";
  if (!isRecord(filter ?? {})) return "'filter' must be an object";
  for (const [kind, names] of Object.entries(FILTER)) {
    const wrong = names.find((name) =>
      !isKind((filter as Fields | undefined)?.[name], kind)
    );
    if (wrong) return `'filter.${wrong}' must be ${kind}`;
  }
  if (!isKind(expectJson, "a boolean")) return "'expectJson' must be a boolean";
  if (!isKind(role, "a string")) return "'role' must be a string";
  for (const [list, members] of Object.entries(LISTS)) {
    if (isListOf(question[list], (entry) => hasStrings(entry, members))) {
      continue;
    }
    const names = members.map((member) => `'${member}'`).join(" and ");
    return `'${list}' must be a list of objects with ${names}`;
  }
  for (const list of ["context", "goals"]) {
    if (!isListOf(question[list], isString)) {
      return `'${list}' must be a list of strings`;
    }
  }
  // Stores compare embeddings with vectors, which are lists of numbers.
  for (const entry of question.questions as Fields[] | undefined ?? []) {
    if (!Array.isArray(entry.embedding ?? [])) {
      return "'questions' must have an 'embedding' of numbers";
    }
    if (!isString(entry.embedding_model ?? "")) {
      return "'questions' must have an 'embedding_model' of text";
    }
  }
  return undefined;
}

/**
 * Read one document or a list of them.
 *
 * @throws {PipeException} One of them has the wrong shape. As on a server, null
 * is wrong where a number or vector is expected.
 */
export function readDocs(value: unknown): readonly Doc[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const doc of list) {
    const fault = isRecord(doc) ? docFault(doc) : "must be an object";
    if (fault !== undefined) throw new PipeException(`Document ${fault}`);
  }
  return list as readonly Doc[];
}

function docFault(doc: Fields): string | undefined {
  const { page_content, embedding = [], metadata } = doc;
  if (!isString(page_content ?? "")) return "'page_content' must be a string";
  if (!Array.isArray(embedding)) {
    return "'embedding' must be a list of numbers";
  }
  for (const member of ["score", "highlight_score"]) {
    const { [member]: score = 0 } = doc;
    if (typeof score !== "number") return `'${member}' must be a number`;
  }
  if (metadata === undefined || metadata === null) return undefined;
  const isSound = isRecord(metadata) && isString(metadata.objectId) &&
    Number.isInteger(metadata.chunkId);
  return isSound ? undefined : "'metadata' needs an 'objectId' and a 'chunkId'";
}

/** Whether a value is absent, or a list of what passes. */
function isListOf(value: unknown, test: (entry: unknown) => boolean): boolean {
  return value === undefined || Array.isArray(value) && value.every(test);
}

function hasStrings(entry: unknown, members: readonly string[]): boolean {
  return isRecord(entry) && members.every((member) => isString(entry[member]));
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether a value is null or absent, or of a kind: `a number`, for example. */
function isKind(value: unknown, kind: string): boolean {
  if (value === undefined || value === null) return true;
  switch (kind) {
    case "a number":
      return Number.isFinite(value);
    case "a list of numbers":
      return isListOf(value, Number.isFinite);
    case "a list of strings":
      return isListOf(value, isString);
    default:
      return kind === `a ${typeof value}`;
  }
}
