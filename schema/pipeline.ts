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
  const pipeline = value as Partial<Pipeline> | null | undefined;
  return Array.isArray(pipeline?.components);
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
  const inner = (value as Partial<WrappedPipeline> | null | undefined)
    ?.pipeline;
  return isPipeline(inner) ? inner : undefined;
}

/**
 * Replace `${ROCKETRIDE_…}` in every string of a value.
 *
 * Walks arrays and plain objects to any depth. Replaces once: what a
 * variable holds is not searched again. Unknown names stay as they are, and
 * so does `${ROCKETRIDE_APIKEY}`, because the credential is sent nowhere but
 * in the login. Keys, other placeholders and other kinds of values are left
 * alone.
 *
 * @param value A pipeline, or any value that JSON could carry.
 * @param env The variables.
 * @param used Called with each value that is put in.
 * @returns A copy with the placeholders replaced; the value is not changed.
 * @throws {TypeError} The value contains itself.
 */
export function substitute<T>(
  value: T,
  env: Readonly<Record<string, string>>,
  used?: (value: string) => void,
): T {
  return mapNames(value, (name) => {
    if (name === "ROCKETRIDE_APIKEY" || !Object.hasOwn(env, name)) {
      return undefined;
    }
    used?.(env[name]!);
    return env[name];
  }) as T;
}

/**
 * List the placeholders that a value still has.
 *
 * @param value A value, usually the result of {@linkcode substitute}.
 * @returns The names of the variables, each once, in the order found.
 * @throws {TypeError} The value contains itself.
 */
export function unresolved(value: unknown): string[] {
  const names = new Set<string>();
  mapNames(value, (name) => void names.add(name));
  return [...names];
}

/** What to put in for a name; nothing leaves the placeholder as it is. */
type MapName = (name: string) => string | undefined | void;

/** Copy a value with its placeholders mapped; `above` holds what contains it. */
function mapNames(
  value: unknown,
  map: MapName,
  above: Set<unknown> = new Set(),
): unknown {
  if (typeof value === "string") return mapText(value, map);
  if (!isContainer(value)) return value;
  if (above.has(value)) {
    throw new TypeError("Cannot substitute in a value that contains itself");
  }
  above.add(value);
  const inner = (item: unknown): unknown => mapNames(item, map, above);
  const copy = Array.isArray(value)
    ? value.map(inner)
    // Not by assignment: a member may be called __proto__.
    : Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, inner(item)]),
    );
  above.delete(value);
  return copy;
}

/**
 * Map the placeholders of a string: from `${ROCKETRIDE_` to the next brace
 * that closes, with at least one character between.
 *
 * Not by one regular expression: it would look for the closing brace again
 * from each placeholder that is never closed.
 */
function mapText(text: string, map: MapName): string {
  // A brace stands behind each piece but the last.
  const pieces = text.split("}");
  const last = pieces.pop();
  return pieces.map((piece) => {
    const at = piece.search(/\$\{ROCKETRIDE_./s);
    const value = at < 0 ? undefined : map(piece.slice(at + 2));
    return value === undefined ? `${piece}}` : piece.slice(0, at) + value;
  }).join("") + last;
}

/** Arrays and plain objects, of any realm; a `Date` or a `Map` is a leaf. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}

/**
 * The body of a successful `execute` or `restart`.
 *
 * Only the token can be relied on.
 */
export interface StartedTask {
  /** The task's display id: the start of its token, and its source. */
  readonly id?: string;
  /** What all later calls name the task by. */
  readonly token: string;
  /** A key that can send data to this task and do little else. */
  readonly publicToken?: string;
  /** The pipeline's project, or one that the server invented. */
  readonly projectId?: string;
  /** The id of the source component. */
  readonly source?: string;
  /** The source component's provider. */
  readonly provider?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value is the body of a successful start.
 *
 * @param value Anything.
 * @returns `true` when it carries a token that is not empty.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isStartedTask } from "@rocketride/streams/schema";
 *
 * assert(isStartedTask({ token: "tk_1" }));
 * assert(!isStartedTask({ token: "" }));
 * ```
 */
export function isStartedTask(value: unknown): value is StartedTask {
  const token = (value as Partial<StartedTask> | null | undefined)?.token;
  return typeof token === "string" && token !== "";
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
