import type { Doc, DocFilter } from "../../../../schema/doc.ts";
import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import { concat } from "../../../bytes.ts";
import type {
  AnswerPayload,
  Lane,
  LaneHandlers,
  MediaPayload,
  NodeInstance,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { base64 } from "../base64.ts";
import type { Start } from "../options.ts";

/** The lanes that results can be made of. */
const LANES = [
  "text",
  "table",
  "documents",
  "questions",
  "answers",
  "audio",
  "video",
  "image",
] as const;

type ResultLane = (typeof LANES)[number];

/** The longest name of a result field that forms accept. */
const LONGEST_NAME = 32;

/**
 * The node `response`, or the one of a lane, such as `response_text`: writes
 * what it receives to the result.
 *
 * A field of the result is a list, in the order of arrival. It is named by
 * `laneName`, else by the entry of `lanes` for the lane, else like the lane.
 */
export function response(lane?: ResultLane): Start {
  const lanes = lane ? [lane] : LANES;
  return (context) => {
    const keyOf = keyChoice(context);
    return { instance: (pipe) => instance(pipe, lanes, keyOf) };
  };
}

function keyChoice(context: TaskContext): (lane: Lane) => string {
  const { laneName, lanes } = context.config;
  if (isName(laneName)) {
    if ([...laneName].length > LONGEST_NAME) {
      context.warn(
        `Component ${context.id}: 'laneName' is longer than ` +
          `${LONGEST_NAME} characters`,
      );
    }
    return () => laneName;
  }
  const named = new Map<unknown, string>();
  for (const entry of Array.isArray(lanes) ? lanes : []) {
    if (isRecord(entry) && isName(entry.laneName)) {
      named.set(entry.laneId, entry.laneName);
    }
  }
  return (lane) => named.get(lane) ?? lane;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function instance(
  pipe: PipeContext,
  lanes: readonly ResultLane[],
  keyOf: (lane: Lane) => string,
): NodeInstance {
  const texts: string[] = [];
  const write = (lane: Lane, value: unknown): void =>
    pipe.respond(keyOf(lane), lane, value);
  const handlers: Required<Pick<LaneHandlers, ResultLane>> = {
    text: (text) => void texts.push(`${text}\n\n`),
    table: (table) => write("table", table),
    documents: (docs) =>
      docs.forEach((doc) => write("documents", docValue(doc))),
    questions: (question) => write("questions", questionValue(question)),
    answers: (answer) => write("answers", answerValue(answer)),
    image: imageHandler((value) => write("image", value)),
    audio: (step) => write("audio", stepValue(pipe, step)),
    video: (step) => write("video", stepValue(pipe, step)),
  };
  return {
    on: Object.fromEntries(lanes.map((lane) => [lane, handlers[lane]])),
    close: () => {
      if (texts.length > 0) write("text", texts.join(""));
    },
  };
}

/** Collects an image. A server may change its bytes; here they stay. */
function imageHandler(
  done: (value: JsonObject) => void,
): (step: MediaPayload) => void {
  let parts: Uint8Array[] = [];
  return ({ action, bytes, mimeType }) => {
    if (action === "begin") parts = [];
    if (bytes) parts.push(bytes.slice());
    if (action !== "end") return;
    done({ mime_type: mimeType, image: base64(concat(parts)) });
    parts = [];
  };
}

/** A step of audio or video: its place in the stream, without its bytes. */
function stepValue(
  { object }: PipeContext,
  { action, mimeType, bytes }: MediaPayload,
): JsonObject {
  return {
    url: `null://Stream/${object.name}`,
    aviAction: `AVI_ACTION.${action.toUpperCase()}`,
    mimeType,
    size: bytes?.length ?? 0,
  };
}

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
 * Its documents stay as they came: with nulls in them the question could not be
 * sent again.
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
 * An answer as a result has it: JSON if that was asked for, else text; objects
 * become their JSON text.
 */
export function answerValue({ answer, expectJson }: AnswerPayload): unknown {
  if (expectJson) {
    return typeof answer === "string" ? structured(answer) : answer;
  }
  if (typeof answer === "string") return answer;
  return answer === undefined || answer === null ? "" : JSON.stringify(answer);
}

/**
 * A node may have passed JSON on as text. Only objects and arrays are parsed:
 * a string that is itself the JSON value must stay one.
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
