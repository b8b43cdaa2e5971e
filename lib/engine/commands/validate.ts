import { ValidationException } from "../../errors.ts";
import { isRecord } from "../../../schema/json.ts";
import { chooseSource } from "../pipeline/choose_source.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import { substitute } from "../../protocol/substitute.ts";
import { inspect } from "../validate/inspect.ts";
import { inspectComponent } from "../validate/inspect_component.ts";
import type { Call, Reply } from "./call.ts";
import { inspectOptions } from "./inspect_options.ts";

/**
 * `rrext_validate`: everything that is wrong with a pipeline, or with a
 * single component (engine §1.7).
 *
 * It comes back with its placeholders unresolved, so that no value
 * of the engine's environment leaves it.
 */
export function validate(
  call: Pick<Call, "core" | "args">,
): NonNullable<Reply> {
  const { core, args } = call;
  // Requests may carry a null where a member is meant to be absent.
  if ((args.component ?? undefined) !== undefined) return component(call);
  const pipeline = readPipeline(
    args.pipeline,
    "Pipeline config must be an object",
  );
  const resolved = substitute(pipeline, core.env.values);
  const source = chooseSource(resolved, args.source);
  const { errors, warnings, chain } = inspect(
    resolved,
    source.id,
    inspectOptions(core),
  );
  const { version = 1 } = pipeline;
  return { pipeline: { ...pipeline, version, chain }, errors, warnings };
}

function component(
  { core, args }: Pick<Call, "core" | "args">,
): NonNullable<Reply> {
  const { component } = args;
  if (!isRecord(component)) {
    throw new ValidationException("Component must be an object");
  }
  const copy: unknown = JSON.parse(JSON.stringify(component));
  const resolved = substitute(copy, core.env.values);
  return {
    component: copy,
    ...inspectComponent(resolved, inspectOptions(core)),
  };
}
