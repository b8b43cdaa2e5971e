import type { Doc } from "./doc.ts";
import { isRecord, type JsonValue } from "./json.ts";
import type { Question } from "./question.ts";

/**
 * What a pipeline says when an object failed in it.
 *
 * Engines differ: some send text, others a record.
 */
export type ResultError = string | {
  /** What went wrong, in the engine's words. */
  readonly message?: string;
  /** The engine's own number for it. */
  readonly code?: number;
  /** The source file in the engine. */
  readonly file?: string;
  /** The line in that file. */
  readonly line?: number;
  /** The function in that file. */
  readonly function?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
};

/** An image of a pipeline's result. */
export interface ResultImage {
  /** The media type; real engines send PNG, whatever it says. */
  readonly mime_type: string;
  /** The image in Base64. */
  readonly image: string;
}

/** A step of a sound or a video on its lane; without its bytes. */
export interface ResultMedia {
  /** Where the object is. */
  readonly url?: string;
  /** The step: `AVI_ACTION.BEGIN`, `AVI_ACTION.WRITE` or `AVI_ACTION.END`. */
  readonly aviAction: string;
  /** The media type. */
  readonly mimeType: string;
  /** How many bytes the step has. */
  readonly size?: number;
}

/**
 * What a pipeline made of one object: the body of `close`.
 *
 * A field that a response node wrote has the name of its lane, unless the
 * pipeline renames it; `result_types` has the lane of each. The fields that are
 * named after lanes have the types of what those lanes carry. Where a pipeline
 * may rename, read with {@linkcode texts}, {@linkcode documents},
 * {@linkcode answers} and {@linkcode firstAnswer}.
 */
export interface PipelineResult {
  /** The object's name; there when a response node ran. */
  readonly name?: string;
  /** The directory part of the object's path; empty for direct sends. */
  readonly path?: string;
  /** The object's id. */
  readonly objectId: string;
  /** Field name to lane; absent when nothing was produced. */
  readonly result_types?: Readonly<Record<string, string>>;
  /** Properties of the document that a parser found. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** There when the object failed in the pipeline. */
  readonly error?: ResultError | null;
  /** Texts: one for each response node, each chunk followed by a blank line. */
  readonly text?: readonly string[];
  /** Tables as text, in the notation of Markdown. */
  readonly table?: readonly string[];
  /** Documents. */
  readonly documents?: readonly Doc[];
  /** Questions, as they came to the response node. */
  readonly questions?: readonly Question[];
  /** Answers: strings, or JSON where the question expected it. */
  readonly answers?: readonly JsonValue[];
  /** Images. */
  readonly image?: readonly ResultImage[];
  /** The steps of sounds. */
  readonly audio?: readonly ResultMedia[];
  /** The steps of videos. */
  readonly video?: readonly ResultMedia[];
  /** What the pipeline produced, and members this version does not know. */
  readonly [key: string]: unknown;
}

/**
 * What became of one uploaded file.
 *
 * Also the body of the last `apaevt_status_upload` event of the file.
 */
export interface UploadResult {
  /** How the upload ended. */
  readonly action: "complete" | "error";
  /** The file's path or name, as it was given. */
  readonly filepath: string;
  /** Bytes that the engine has acknowledged. */
  readonly bytes_sent: number;
  /** The file's size in bytes. */
  readonly file_size: number;
  /** How long it took, in seconds. */
  readonly upload_time: number;
  /**
   * What the pipeline made of it; absent or `null` when it made nothing. There,
   * with an `error` of its own, also when the object failed in the pipeline.
   */
  readonly result?: PipelineResult | null;
  /** Why the upload failed, in words. */
  readonly error?: string;
  /** Why it failed, for programs: what was thrown, or a signal's reason. */
  readonly cause?: unknown;
}

/**
 * Check whether a value has the shape of a pipeline result.
 *
 * A body without an `objectId` is how some servers hide a failure.
 *
 * @param value Anything.
 * @returns `true` for a record with a text `objectId`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isPipelineResult } from "@rocketride/streams/schema";
 *
 * assert(isPipelineResult({ objectId: "a1b2" }));
 * assert(!isPipelineResult({}));
 * ```
 */
export function isPipelineResult(value: unknown): value is PipelineResult {
  return isRecord(value) && typeof value.objectId === "string";
}

/**
 * Read the message of a failed object's result.
 *
 * A result can carry an error although its response says success.
 * An error without words gets words of ours.
 *
 * @param result A pipeline result.
 * @returns The engine's message, or `undefined` when the object did not fail.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resultErrorMessage } from "@rocketride/streams/schema";
 *
 * const error = { message: "Invalid API key.", code: 19 };
 * assertEquals(resultErrorMessage({ objectId: "1", error }), "Invalid API key.");
 * assertEquals(resultErrorMessage({ objectId: "1" }), undefined);
 * ```
 */
export function resultErrorMessage(result: PipelineResult): string | undefined {
  const error: unknown = result.error;
  if (error === undefined || error === null) return undefined;
  const message = isRecord(error) ? error.message : error;
  return typeof message === "string" && message !== ""
    ? message
    : "Object failed in the pipeline without a message";
}

/**
 * Collect everything that a pipeline produced on one lane.
 *
 * Pipelines may rename fields, so the lane is looked up in `result_types`.
 * Each field holds an array, one element per value that arrived; the arrays
 * of all matching fields are joined in the order of `result_types`. A field
 * that is no array counts as one value.
 *
 * @param result A pipeline result.
 * @param lane The lane, for example `answers` or `text`.
 * @returns The values; empty when there are none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resultFields } from "@rocketride/streams/schema";
 *
 * const result = {
 *   objectId: "1",
 *   result_types: { summary: "answers", body: "text" },
 *   summary: ["Eight."],
 *   body: ["Seven and one\n\n"],
 * };
 * assertEquals(resultFields(result, "answers"), ["Eight."]);
 * assertEquals(resultFields(result, "table"), []);
 * ```
 */
export function resultFields(result: PipelineResult, lane: string): unknown[] {
  const types: unknown = result.result_types;
  if (!isRecord(types)) return [];
  return Object.keys(types)
    .filter((field) => types[field] === lane && Object.hasOwn(result, field))
    .flatMap((field) => result[field]);
}

/**
 * Read the texts of a pipeline's result.
 *
 * They are found by their lane in `result_types`, whatever the pipeline calls
 * the field; in `text` where the engine sends no types.
 *
 * @param result What {@linkcode send} returned, or the `result` of a pipe.
 * @returns One text for each response node; engines end each chunk of it with a
 * blank line.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { texts } from "@rocketride/streams";
 *
 * const result = {
 *   objectId: "1",
 *   result_types: { body: "text" },
 *   body: ["Hello\n\n"],
 * };
 * assertEquals(texts(result), ["Hello\n\n"]);
 * ```
 */
export function texts(result: PipelineResult): string[] {
  return onLane(result, "text").filter((it) => typeof it === "string");
}

/**
 * Read the documents of a pipeline's result.
 *
 * They are found by their lane in `result_types`, whatever the pipeline calls
 * the field; in `documents` where the engine sends no types.
 *
 * @param result What {@linkcode send} returned, or the `result` of a pipe.
 * @returns The documents as they came.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { documents } from "@rocketride/streams";
 *
 * const result = {
 *   objectId: "1",
 *   result_types: { chunks: "documents" },
 *   chunks: [{ type: "Document", page_content: "Hello" }],
 * };
 * assertEquals(documents(result).map((it) => it.page_content), ["Hello"]);
 * ```
 */
export function documents(result: PipelineResult): Doc[] {
  return onLane(result, "documents").filter((it): it is Doc => isRecord(it));
}

/**
 * Read the answers out of a pipeline's result.
 *
 * They are found by their lane in `result_types`, whatever the pipeline calls
 * the field; in `answers` where the engine sends no types.
 *
 * @param result What {@linkcode chat} returned.
 * @returns The answers as they came: strings, or JSON where the question
 * expected it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { answers } from "@rocketride/streams";
 *
 * const result = {
 *   objectId: "1",
 *   result_types: { said: "answers" },
 *   said: ["Paris"],
 * };
 * assertEquals(answers(result), ["Paris"]);
 * ```
 */
export function answers(result: PipelineResult): JsonValue[] {
  return onLane(result, "answers") as JsonValue[];
}

/**
 * Read the first answer of a pipeline's result.
 *
 * @param result What {@linkcode chat} returned.
 * @returns The answer; `undefined` when the pipeline gave none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { firstAnswer } from "@rocketride/streams";
 *
 * assertEquals(firstAnswer({ objectId: "1", answers: ["Paris"] }), "Paris");
 * assertEquals(firstAnswer({ objectId: "1" }), undefined);
 * ```
 */
export function firstAnswer(result: PipelineResult): JsonValue | undefined {
  return answers(result)[0];
}

/** What is on a lane; in the field of its name where there are no types. */
function onLane(result: PipelineResult, lane: string): unknown[] {
  return isRecord(result.result_types)
    ? resultFields(result, lane)
    : [result[lane] ?? []].flat();
}
