import { chooseSource } from "../pipeline/choose_source.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import { substitute } from "../../protocol/substitute.ts";
import { inspect } from "../validate/inspect.ts";
import type { Call, Reply } from "./call.ts";
import { inspectOptions } from "./inspect_options.ts";

/**
 * `rrext_validate`: everything that is wrong with a pipeline (engine §1.7).
 *
 * The pipeline comes back with its placeholders unresolved, so that no value
 * of the engine's environment leaves it.
 */
export function validate({ core, args }: Call): Reply {
  const pipeline = readPipeline(
    args.pipeline,
    "Pipeline config must be an object",
  );
  const resolved = substitute(pipeline, core.settings.env);
  const source = chooseSource(resolved, args.source);
  const { errors, warnings, chain } = inspect(
    resolved,
    source.id,
    inspectOptions(core),
  );
  const { version = 1 } = pipeline;
  return { pipeline: { ...pipeline, version, chain }, errors, warnings };
}
