import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";
import { chooseSource } from "../pipeline/choose_source.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import { substitute } from "../../protocol/substitute.ts";
import { inspect } from "../validate/inspect.ts";
import { loadNodes } from "../validate/start_fault.ts";
import { inspectComponent } from "../validate/inspect_component.ts";
import { withHidden, withoutValues } from "../validate/without_values.ts";
import type { Call, Reply } from "./call.ts";
import { inspectOptions } from "./inspect_options.ts";

/**
 * `rrext_validate`: everything that is wrong with a pipeline, or with a
 * single component.
 *
 * It comes back with its placeholders unresolved, and so does what is said
 * about it: anybody may ask, and no value of the engine's environment leaves
 * it.
 */
export async function validate(
  call: Pick<Call, "core" | "args">,
): Promise<NonNullable<Reply>> {
  const { core, args } = call;
  // Requests may carry a null where a member is meant to be absent.
  if ((args.component ?? undefined) !== undefined) return await component(call);
  const pipeline = readPipeline(
    args.pipeline,
    "Pipeline config must be an object",
  );
  const { values } = core.env;
  const resolved = substitute(pipeline, values);
  await loadNodes(resolved, core.registry);
  const hide = withoutValues(pipeline, values);
  const source = withHidden(hide, () => chooseSource(resolved, args.source)).id;
  const { errors, warnings, chain } = inspect(
    resolved,
    source,
    inspectOptions(core),
  );
  const { version = 1 } = pipeline;
  return {
    pipeline: { ...pipeline, version, chain: chain.map(hide) },
    errors: hidden(errors, hide),
    warnings: hidden(warnings, hide),
  };
}

async function component(
  { core, args }: Pick<Call, "core" | "args">,
): Promise<NonNullable<Reply>> {
  const { component } = args;
  if (!isRecord(component)) {
    throw new ValidationException("Component must be an object");
  }
  const copy: unknown = JSON.parse(JSON.stringify(component));
  const { values } = core.env;
  const resolved = substitute(copy, values);
  await loadNodes(resolved, core.registry);
  const hide = withoutValues(copy, values);
  const { errors, warnings } = inspectComponent(resolved, inspectOptions(core));
  return {
    component: copy,
    errors: hidden(errors, hide),
    warnings: hidden(warnings, hide),
  };
}

/** The most errors, and the most warnings, that a response lists. */
const MAX_ISSUES = 1_000;

type Hide = (text: string) => string;

function hidden(
  issues: readonly ValidationIssue[],
  hide: Hide,
): readonly ValidationIssue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    ...issue,
    message: hide(issue.message),
    ...(issue.id !== undefined && { id: hide(issue.id) }),
  }));
}
