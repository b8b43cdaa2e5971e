import { checkOptions } from "../check.ts";
import {
  type Pipeline,
  readValidation,
  type ValidationResult,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { ValidationException } from "../errors.ts";
import { coreOf } from "../session/core.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { loadPipeline } from "./load_pipeline.ts";

/** Options of {@linkcode validate}. */
export interface ValidateOptions extends CallOptions {
  /**
   * The entry component's id.
   *
   * @default {the pipeline's own}
   */
  readonly source?: string | undefined;
  /**
   * Variables that go over the session's when `${ROCKETRIDE_*}` is
   * substituted, as in `use`.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Check a pipeline without starting it.
 *
 * It is checked as `use` would send it: unwrapped and substituted. Faults in
 * it are a result, not an exception.
 *
 * @param session A session from {@linkcode connect}.
 * @param pipeline The pipeline, flat or wrapped, or the URL of its JSON.
 * @param options See {@linkcode ValidateOptions}.
 * @returns `errors` and `warnings`; both empty when all is well. The embedded
 * engine calls an error what keeps `use` from starting the pipeline; faults in
 * components that the source does not lead to are warnings, and the notes of
 * an editor are ignored.
 * @throws {ValidationException} It is no pipeline at all, or the engine cannot
 * tell its source.
 * @throws What {@linkcode request} throws.
 */
export async function validate(
  session: Session,
  pipeline: Pipeline | WrappedPipeline | URL,
  options: ValidateOptions = {},
): Promise<ValidationResult> {
  checkOptions(options, "validate(session, pipeline, { source })", {
    source: 1,
    env: 1,
    signal: 1,
    timeout: 1,
  });
  const { source, env, ...callOptions } = options;
  const input = { pipeline, source, env };
  const core = coreOf(session);
  const finished = await loadPipeline(core, input, options);
  const args = {
    pipeline: finished,
    ...(source === undefined ? {} : { source }),
  };
  const body = await call(session, "rrext_validate", args, {
    ...callOptions,
    exception: ValidationException,
  });
  // Servers repeat the pipeline, and quote it in what they find.
  return readValidation(core.settings.secrets.hideIn(body));
}
