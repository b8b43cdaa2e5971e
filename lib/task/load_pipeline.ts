import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { shownPlace } from "../fetch_place.ts";
import { kindOf, type OptionNames } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { substitute } from "../protocol/substitute.ts";
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

/** What is needed to fetch and finish a pipeline. */
interface LoadOptions {
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * The pipeline as it will be sent: read, unwrapped, substituted, with its
 * source. The caller's object is never changed.
 */
export async function loadPipeline(
  core: SessionCore,
  input: PipelineInput,
  options: LoadOptions = {},
): Promise<Pipeline> {
  const found = await readPipeline(input, options);
  const flat = unwrapPipeline(found);
  if (!flat) {
    throw new ValidationException(
      `Cannot use ${nameOf(input)}: expected a pipeline with "components"`,
    );
  }
  const env = { ...await core.settings.env(), ...input.env };
  const { secrets } = core.settings;
  const pipeline = substitute(flat, env, (value) => secrets.add(value));
  return input.source === undefined
    ? pipeline
    : { ...pipeline, source: input.source };
}

async function readPipeline(
  input: PipelineInput,
  { signal }: LoadOptions,
): Promise<unknown> {
  const { pipeline, filepath } = input;
  if ((pipeline === undefined) === (filepath === undefined)) {
    throw new ValidationException(
      'Expected either "pipeline" or "filepath", exactly one of them',
    );
  }
  const place = filepath ?? pipeline;
  if (typeof place === "string" && place.trimStart().startsWith("{")) {
    // Not shown: what it configures may hold keys.
    throw new ValidationException(
      "Cannot use JSON text as a pipeline: expected an object or a path",
      { code: "invalid-pipeline", hint: "Give what JSON.parse makes of it" },
    );
  }
  if (typeof place === "string" || place instanceof URL) {
    // Programs that pass an object need not carry it.
    const { readJson } = await import("./read_json.ts");
    return await readJson(place, signal);
  }
  if (typeof place === "object" && place !== null) return place;
  throw new TypeError(`Cannot use ${kindOf(place)} as a pipeline`);
}

function nameOf({ filepath, pipeline }: PipelineInput): string {
  const place = filepath ?? (pipeline instanceof URL ? pipeline : undefined);
  return place === undefined ? "the pipeline" : `"${shownPlace(place)}"`;
}
