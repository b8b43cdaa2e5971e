import { isRecord } from "./json.ts";

/** A data connection, written on the component that receives. */
export interface InputConnection {
  /** The lane that the data travels on, for example `text`. */
  readonly lane: string;
  /** The id of the component that the data comes from. */
  readonly from: string;
}

/**
 * A control connection, written on the component that is controlled:
 * an LLM that serves an agent names the agent here.
 */
export interface ControlConnection {
  /** What the component is used as, for example `llm` or `tool`. */
  readonly classType: string;
  /** The id of the component that invokes it. */
  readonly from: string;
}

/** One node of a pipeline. */
export interface PipelineComponent {
  /** Unique in the pipeline; by convention `<provider>_<n>`. */
  readonly id: string;
  /** The name of the service that does the work, for example `webhook`. */
  readonly provider: string;
  /** The node's settings; engines take an absent one for `{}` at the source. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the node's data comes from. */
  readonly input?: readonly InputConnection[];
  /** Which components may invoke this one. */
  readonly control?: readonly ControlConnection[];
  /** The display name. */
  readonly name?: string;
  /** A remark for people. */
  readonly description?: string;
  /** What an editor keeps here; engines ignore it. */
  readonly ui?: unknown;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A pipeline as it travels: the flat form. */
export interface Pipeline {
  /** The nodes. */
  readonly components: readonly PipelineComponent[];
  /** The id of the entry component; implied when only one has `mode: "Source"`. */
  readonly source?: string | null;
  /** Identity of the project; without one every start is a task of its own. */
  readonly project_id?: string;
  /** The version of the format; only 1 is known. */
  readonly version?: number;
  /** The name that task lists show. */
  readonly name?: string;
  /** The description that task lists show. */
  readonly description?: string;
  /** Ids that would run, written by a validator. */
  readonly chain?: readonly string[];
  /** Members this version does not know, an editor's for example, are kept. */
  readonly [key: string]: unknown;
}

/** A pipeline as files often hold it: one level down. */
export interface WrappedPipeline {
  /** The pipeline itself. */
  readonly pipeline: Pipeline;
}

/**
 * Check whether a value has the shape of a flat pipeline.
 *
 * Only the outside is looked at: a record with an array of `components`.
 * Whether the components are sound is what `validate` answers.
 *
 * @param value Anything.
 * @returns `true` when `components` can be read as an array.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isPipeline } from "@rocketride/streams/schema";
 *
 * assert(isPipeline({ components: [] }));
 * assert(!isPipeline({ components: "none" }));
 * ```
 */
export function isPipeline(value: unknown): value is Pipeline {
  return isRecord(value) && Array.isArray(value.components);
}

/**
 * Take the pipeline out of its wrapper, if it has one.
 *
 * The value itself is never changed, and the pipeline returned is the very
 * object that was found. A value with `components` of its own is flat, even
 * if it also has a member called `pipeline`.
 *
 * @param value A flat or wrapped pipeline, parsed.
 * @returns The pipeline, or `undefined` when the value holds none.
 *
 * @example
 * ```ts
 * import { assertStrictEquals } from "@std/assert";
 * import { unwrapPipeline } from "@rocketride/streams/schema";
 *
 * const pipeline = { components: [] };
 * assertStrictEquals(unwrapPipeline(pipeline), pipeline);
 * assertStrictEquals(unwrapPipeline({ pipeline }), pipeline);
 * assertStrictEquals(unwrapPipeline({}), undefined);
 * ```
 */
export function unwrapPipeline(value: unknown): Pipeline | undefined {
  if (isPipeline(value)) return value;
  if (isRecord(value) && isPipeline(value.pipeline)) return value.pipeline;
  return undefined;
}

/** One thing that is wrong, or may be wrong, with a pipeline. */
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

/** The answer to `rrext_validate`, always with both arrays. */
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
 * Engines may leave any member out: missing arrays become
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
