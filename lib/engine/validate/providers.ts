import type { ValidationIssue } from "../../../schema/pipeline.ts";
import type { Component } from "../pipeline/component.ts";
import { effectiveConfig } from "../pipeline/effective_config.ts";
import type { NodeDefinition } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import { unsupportedReason } from "../services/unsupported.ts";
import { CCODE, issue } from "./issue.ts";
import { startFault } from "./start_fault.ts";

/** Providers and profiles that this engine cannot start. */
export function providerFaults(
  components: readonly Component[],
  registry: NodeRegistry,
): readonly ValidationIssue[] {
  return components.flatMap((component) => {
    const definition = registry.get(component.provider);
    const message = definition
      ? effectiveConfig(definition, component).fault
      : refusal(component.provider);
    if (message === undefined) return [];
    return [issue(CCODE.INVALID_PARAM, message, component.id)];
  });
}

/** Why a provider without a node here cannot be started. */
function refusal(provider: string): string {
  return unsupportedReason(provider) ?? `The service ${provider} was not found`;
}

/** Configurations that a node does not start with. */
export function startFaults(
  components: readonly Component[],
  registry: NodeRegistry,
): readonly ValidationIssue[] {
  return components.flatMap((component) => {
    const { id, provider, config: rawConfig } = component;
    const definition = registry.get(provider);
    if (!definition) return [];
    const { config, fault } = effectiveConfig(
      definition,
      component,
    );
    const message = fault === undefined
      ? startFault(definition, { id, config, rawConfig })
      : undefined;
    if (message === undefined) return [];
    return [issue(CCODE.INVALID_PARAM, message, id)];
  });
}

/** Nodes with too few or too many helpers. */
export function helperFaults(
  components: readonly Component[],
  registry: NodeRegistry,
): readonly ValidationIssue[] {
  const helpers = Map.groupBy(
    components.flatMap(({ control }) => control),
    ({ from }) => from,
  );
  return components.flatMap(({ id, provider }) => {
    const slots = registry.get(provider)?.invoke ?? {};
    return Object.entries(slots).flatMap(([classType, slot]) => {
      const count = (helpers.get(id) ?? [])
        .filter((entry) => entry.classType === classType).length;
      const message = slotFault(id, classType, slot, count);
      return message ? [issue(CCODE.INVALID_PARAM, message, id)] : [];
    });
  });
}

type Slot = NonNullable<NodeDefinition["invoke"]>[string];

function slotFault(
  id: string,
  classType: string,
  { min, max = Infinity }: Slot,
  count: number,
): string | undefined {
  if (count < min) {
    return `Component ${id} needs at least ${min} '${classType}' helper, ` +
      `but has ${count}`;
  }
  if (count > max) {
    return `Component ${id} takes at most ${max} '${classType}' helper, ` +
      `but has ${count}`;
  }
  return undefined;
}
