import type { Doc, DocFilter } from "../../../schema/doc.ts";
import { isRecord } from "../../../schema/json.ts";
import { completeQuestion, type Question } from "../../../schema/question.ts";
import type { AnswerPayload } from "../node.ts";

/** A document as a result has it: without nulls. */
export function docValue(doc: Doc): Record<string, unknown> {
  const { metadata, ...rest } = doc;
  return {
    type: "Document",
    ...withoutNulls(rest),
    ...(metadata && { metadata: withoutNulls(metadata) }),
  };
}

/**
 * A question as a result has it: every member, with nulls for what is not set.
 * Its documents stay as they came: with nulls in them the
 * question could not be sent again.
 */
export function questionValue(question: Question): Record<string, unknown> {
  const whole = completeQuestion(question);
  return {
    ...whole,
    filter: whole.filter && { ...UNFILTERED, ...whole.filter },
    questions: whole.questions.map(({ text, embedding_model, embedding }) => ({
      text,
      embedding_model: embedding_model ?? null,
      embedding: embedding ?? null,
    })),
  };
}

/**
 * An answer as a result has it: JSON when that was asked for,
 * else text; objects become their JSON text.
 */
export function answerValue({ answer, expectJson }: AnswerPayload): unknown {
  if (expectJson) {
    return typeof answer === "string" ? structured(answer) : answer;
  }
  if (typeof answer === "string") return answer;
  return answer === undefined || answer === null ? "" : JSON.stringify(answer);
}

/**
 * A node may have passed JSON on as text. Only objects and arrays are taken
 * for such: a string that is itself the JSON value must stay one.
 */
function structured(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all, so the text is the value.
    return text;
  }
}

/** The members of a filter that do not restrict until they are set. */
const UNFILTERED: DocFilter = Object.freeze({
  minChunkId: null,
  maxChunkId: null,
  nodeId: null,
  parent: null,
  name: null,
  permissions: null,
  isDeleted: null,
  objectIds: null,
  chunkIds: null,
  isTable: null,
  tableIds: null,
});

function withoutNulls(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) =>
      value !== null && value !== undefined
    ).map(([key, value]) => [key, isRecord(value) ? { ...value } : value]),
  );
}
