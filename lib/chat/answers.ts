import { getJson, isJson } from "../../schema/answer.ts";
import type { JsonValue } from "../../schema/json.ts";
import { answers, type PipelineResult } from "../../schema/result.ts";
import { ValidationException } from "../errors.ts";

/**
 * Read the answers out of a pipeline's result as values of a type.
 *
 * Text that the validator does not take is searched for JSON, whatever a model
 * wrote around it, see {@linkcode getJson}, and that is checked.
 *
 * @param result What {@linkcode chat} returned.
 * @param schema Any validator that implements Standard Schema, version 1: Zod,
 * Valibot, ArkType and others do.
 * @returns The validator's output for each answer.
 * @throws {ValidationException} An answer does not fit; code
 * `invalid-answer`, `issues` has all that the validator said.
 * @throws What the validator throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseAnswers, type StandardSchema } from "@rocketride/streams";
 *
 * const counted: StandardSchema<{ count: number }> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "object" && value !== null && "count" in value
 *         ? { value: { count: Number(value.count) } }
 *         : { issues: [{ message: "Expected a count" }] },
 *   },
 * };
 * const result = { objectId: "1", answers: ['It is {"count": 7}'] };
 * assertEquals(await parseAnswers(result, counted), [{ count: 7 }]);
 * ```
 */
export async function parseAnswers<Output>(
  result: PipelineResult,
  schema: StandardSchema<Output>,
): Promise<Output[]> {
  return await Promise.all(
    answers(result).map((answer) => parseAnswer(result, answer, schema)),
  );
}

/**
 * Read one answer of a result as a value of a type.
 *
 * @throws {ValidationException} The answer does not fit.
 */
export async function parseAnswer<Output>(
  result: PipelineResult,
  answer: JsonValue,
  schema: StandardSchema<Output>,
): Promise<Output> {
  const checked = await check(answer, schema);
  if (!checked.issues) return checked.value;
  const { issues } = checked;
  throw new ValidationException(
    `Answer is not what was expected: ${issues.map(words).join("; ")}`,
    { code: "invalid-answer", dapResult: result, issues },
  );
}

/** A validator of text gets the words themselves, any other the JSON. */
async function check<Output>(
  answer: JsonValue,
  schema: StandardSchema<Output>,
): Promise<SchemaResult<Output>> {
  const standard = schema["~standard"];
  const checked = await standard.validate(answer);
  if (!checked.issues || typeof answer !== "string" || !isJson(answer)) {
    return checked;
  }
  return await standard.validate(getJson(answer));
}

function words({ message, path = [] }: SchemaIssue): string {
  const place = path.map((part) =>
    String(typeof part === "object" ? part.key : part)
  ).join(".");
  return place === "" ? message : `${message} at "${place}"`;
}

/**
 * What validators have in common: the part of the Standard Schema
 * specification, version 1, that reading answers needs. Zod, Valibot, ArkType
 * and others implement it.
 */
export interface StandardSchema<Output> {
  /** The specification's namespace. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** Who made the validator. */
    readonly vendor: string;
    /** Check a value. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** What a validator found. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a validator did not like. */
export interface SchemaIssue {
  /** In words. */
  readonly message: string;
  /** Where in the value. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}
