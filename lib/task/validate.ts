import {
  readValidation,
  type ValidationResult,
} from "../../schema/pipeline.ts";
import { checkOptions } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { coreOf } from "../session/core.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { loadPipeline, PIPELINE_NAMES, type PipelineInput } from "./use.ts";

/** Options of {@linkcode validate}. */
export interface ValidateOptions extends PipelineInput, CallOptions {}

/**
 * Check a pipeline without starting it.
 *
 * It is checked as `use` would send it: unwrapped and substituted. Faults in
 * it are a result, not an exception.
 *
 * @param session A session from {@linkcode connect}.
 * @param options The pipeline, as `use` takes it; see
 * {@linkcode ValidateOptions}.
 * @returns `errors` and `warnings`; both empty when all is well. The embedded
 * engine calls an error what keeps `use` from starting the pipeline; faults in
 * components that the source does not lead to are warnings, and the notes of
 * an editor are ignored.
 * @throws {ValidationException} The pipeline cannot be read, is not JSON or has
 * no components, or the engine cannot determine its source.
 * @throws What {@linkcode request} throws.
 */
export async function validate(
  session: Session,
  options: ValidateOptions,
): Promise<ValidationResult> {
  const core = coreOf(session);
  checkOptions(options, "validate(session, { pipeline })", PIPELINE_NAMES);
  const { source, signal, timeout } = options;
  const { pipeline } = await loadPipeline(core, options);
  const args = { pipeline, ...(source === undefined ? {} : { source }) };
  const body = await call(session, "rrext_validate", args, {
    signal,
    timeout,
    exception: ValidationException,
  });
  // Servers repeat the pipeline, and quote it in what they find.
  return readValidation(core.settings.secrets.hideIn(body));
}
