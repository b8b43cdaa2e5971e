import { isRecord } from "../../../schema/json.ts";
import { type Pipeline, unwrapPipeline } from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";

/**
 * Take the pipeline out of a request.
 *
 * The result is a copy as JSON would carry it: in process, the caller's own
 * object may change later.
 *
 * @param value The request's `pipeline`, flat or wrapped.
 * @param missing The text of the failure when there is none.
 * @throws {ValidationException} There is none.
 */
export function readPipeline(value: unknown, missing: string): Pipeline {
  if (!isRecord(value)) throw new ValidationException(missing);
  const copy: unknown = JSON.parse(JSON.stringify(value));
  // What is not a pipeline is told apart by whoever looks at its components.
  return unwrapPipeline(copy) ?? copy as Pipeline;
}
