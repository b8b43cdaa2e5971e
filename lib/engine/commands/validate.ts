import { isRecord } from "../../../schema/json.ts";
import { substitute, type ValidationIssue } from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";
import type { Core } from "../core.ts";
import { registryOf } from "../nodes/builtin_nodes.ts";
import { chooseSource, readPipeline } from "../pipeline/component.ts";
import {
  inspect,
  inspectComponent,
  type InspectOptions,
} from "../pipeline/inspect.ts";
import { loadNodes } from "../pipeline/node_faults.ts";
import { withHidden, withoutValues } from "../pipeline/secrets_of.ts";
import type { Call, Reply } from "./call.ts";

/** The most errors, and the most warnings, that a response lists. */
const MAX_ISSUES = 1_000;

/**
 * `rrext_validate`: everything that is wrong with a pipeline, or with a
 * single component.
 *
 * The pipeline comes back with its placeholders unresolved, and so do the
 * issues: everybody may ask, and no value of the engine's environment is sent.
 */
export async function validate(
  { core, args }: Pick<Call, "core" | "args">,
): Promise<NonNullable<Reply>> {
  const { values } = core.env;
  // A member that is absent may be null.
  const single = args.component ?? undefined;
  if (single !== undefined && !isRecord(single)) {
    throw new ValidationException("Component must be an object");
  }
  const document = single
    ? JSON.parse(JSON.stringify(single))
    : readPipeline(args.pipeline, "Pipeline config must be an object");
  const resolved = substitute(document, values);
  await loadNodes(resolved, registryOf(core.settings));
  const hide = withoutValues(document, values);
  const hidden = (issues: readonly ValidationIssue[]): ValidationIssue[] =>
    issues.slice(0, MAX_ISSUES).map((issue) => ({
      ...issue,
      message: hide(issue.message),
      ...(issue.id !== undefined && { id: hide(issue.id) }),
    }));
  if (single) {
    const found = inspectComponent(resolved, inspectOptions(core));
    return {
      component: document,
      errors: hidden(found.errors),
      warnings: hidden(found.warnings),
    };
  }
  const source = withHidden(hide, () => chooseSource(resolved, args.source)).id;
  const found = inspect(resolved, source, inspectOptions(core));
  const { version = 1 } = document;
  return {
    pipeline: { ...document, version, chain: found.chain.map(hide) },
    errors: hidden(found.errors),
    warnings: hidden(found.warnings),
  };
}

/** What inspecting a pipeline needs to know about the engine. */
export function inspectOptions({ settings }: Core): InspectOptions {
  const { forwarding, llm, embedding } = settings;
  const keyless = [
    ...(llm ? ["llm"] : []),
    ...(embedding ? ["embedding"] : []),
  ];
  return { registry: registryOf(settings), forwarding, keyless };
}
