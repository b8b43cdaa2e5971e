import {
  type Pipeline,
  substitute,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { kindOf, type OptionNames } from "../check.ts";
import { ValidationException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions } from "../session/session.ts";

/** Where a pipeline comes from: exactly one of the two. */
export interface PipelineInput {
  /**
   * The pipeline itself, flat or wrapped, or the URL of its JSON: http,
   * https, data or file.
   */
  readonly pipeline?: Pipeline | WrappedPipeline | URL | undefined;
  /** The path of its JSON, on runtimes that have files. */
  readonly filepath?: string | URL | undefined;
  /**
   * The entry component's id.
   *
   * @default {the pipeline's own}
   */
  readonly source?: string | undefined;
  /**
   * Variables that go over the session's when `${ROCKETRIDE_*}` is
   * substituted. They stay here; only the finished pipeline is sent.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The options of functions that take a pipeline and wait for the engine. */
export const PIPELINE_NAMES: OptionNames<PipelineInput & CallOptions> = {
  pipeline: 1,
  filepath: "string or URL",
  source: "string",
  env: "object",
  signal: 1,
  timeout: 1,
};

/** A pipeline as it will be sent. */
interface LoadedPipeline {
  readonly pipeline: Pipeline;
  /** What the file of `filepath` is called. */
  readonly name?: string | undefined;
}

/**
 * Read, unwrap and substitute a pipeline, and give it its source. The caller's
 * object is never changed.
 */
export async function loadPipeline(
  { settings }: SessionCore,
  { pipeline, filepath, source, env, signal }: PipelineInput & CallOptions,
): Promise<LoadedPipeline> {
  if ((pipeline === undefined) === (filepath === undefined)) {
    throw new ValidationException(
      'Expected either "pipeline" or "filepath", exactly one of them',
    );
  }
  const place: unknown = filepath ?? pipeline;
  const isText = typeof place === "string";
  if (isText && place.trimStart().startsWith("{")) {
    // Not shown: what it configures may hold keys.
    throw new ValidationException(
      "Cannot use JSON text as a pipeline: expected an object or a path",
      { hint: "Give what JSON.parse makes of it" },
    );
  }
  // Programs that pass an object need not carry what reads files.
  const file = isText || place instanceof URL
    ? await (await import("../runtime/read_json.ts")).readJson(place, signal)
    : undefined;
  const flat = unwrapPipeline(file ? file.value : place);
  if (!flat) {
    if (Object(place) !== place && !isText) {
      throw new TypeError(`Cannot use ${kindOf(place)} as a pipeline`);
    }
    throw new ValidationException(
      `Cannot use ${file?.shown() ?? "the pipeline"}: ` +
        'expected a pipeline with "components"',
    );
  }
  const { secrets } = settings;
  const variables = { ...await settings.env(), ...env };
  const whole = substitute(flat, variables, (value) => secrets.add(value));
  return {
    pipeline: source === undefined ? whole : { ...whole, source },
    name: filepath && file?.name,
  };
}
