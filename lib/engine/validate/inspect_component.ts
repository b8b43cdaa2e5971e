import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { readComponents } from "../pipeline/component.ts";
import { withoutNotes } from "../pipeline/connected.ts";
import { advice } from "./advice.ts";
import { laneFaults } from "./connections.ts";
import type { InspectOptions } from "./inspect.ts";
import { providerFaults, startFaults } from "./providers.ts";
import { structureFaults } from "./structure.ts";

/** Everything found out about a component. */
export interface ComponentInspection {
  /** What would keep it from running. */
  readonly errors: readonly ValidationIssue[];
  /** What may be wrong. */
  readonly warnings: readonly ValidationIssue[];
}

/**
 * Look at a component by itself: what it is connected to is not
 * there to be looked at.
 *
 * @param component The component, placeholders replaced.
 * @param options See {@linkcode InspectOptions}.
 */
export function inspectComponent(
  component: unknown,
  options: InspectOptions,
): ComponentInspection {
  const { registry } = options;
  const list = withoutNotes([component], registry);
  const components = readComponents(list);
  const chain = new Set(components.map(({ id }) => id));
  const warnings = components.length > 0
    ? advice(components, { ...options, chain })
    : [];
  return {
    errors: [
      ...structureFaults({ components: list }),
      ...providerFaults(components, registry),
      ...laneFaults(components, registry),
      ...startFaults(components, registry),
    ],
    // The others are about the pipeline as a whole.
    warnings: warnings.filter(({ id }) => id !== undefined),
  };
}
