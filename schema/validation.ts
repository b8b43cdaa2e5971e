import { isRecord } from "./json.ts";
import { isPipeline, type Pipeline } from "./pipeline.ts";

/** One thing that is wrong, or may be wrong, with a pipeline (engine §1.7). */
export interface ValidationIssue {
  /** What it is, in the engine's words. */
  readonly message: string;
  /** The id of the component concerned. */
  readonly id?: string;
  /** The engine's number for it, for example 40 for a bad parameter. */
  readonly ccode?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** The answer to `rrext_validate` (engine §1.7), always with both arrays. */
export interface ValidationResult {
  /** What would keep the pipeline from running; empty when it is sound. */
  readonly errors: readonly ValidationIssue[];
  /** What may be wrong. */
  readonly warnings: readonly ValidationIssue[];
  /** The pipeline as the engine understood it, with `chain`. */
  readonly pipeline?: Pipeline;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Read the body of an answer to `rrext_validate`.
 *
 * Engines may leave any member out (protocol §9): missing arrays become
 * empty, an issue that is bare text becomes a record, and a `pipeline` that
 * is none is left out. Unknown members stay.
 *
 * @param body The response's body, if there was one.
 * @returns The result; the body itself is not changed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readValidation } from "@rocketride/streams/schema";
 *
 * assertEquals(readValidation({ errors: [{ message: "Bad", id: "p" }] }), {
 *   errors: [{ message: "Bad", id: "p" }],
 *   warnings: [],
 * });
 * ```
 */
export function readValidation(body: unknown): ValidationResult {
  const { errors, warnings, pipeline, ...rest } = isRecord(body) ? body : {};
  return {
    ...rest,
    errors: readIssues(errors),
    warnings: readIssues(warnings),
    ...(isPipeline(pipeline) && { pipeline }),
  };
}

function readIssues(value: unknown): readonly ValidationIssue[] {
  return Array.isArray(value) ? value.map(readIssue) : [];
}

function readIssue(value: unknown): ValidationIssue {
  const issue = isRecord(value) ? value : { message: value };
  const { message } = issue;
  return typeof message === "string" && message !== ""
    ? { ...issue, message }
    : { ...issue, message: "No message given" };
}
