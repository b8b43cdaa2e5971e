import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import type { NodeDefinition, TaskContext } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import { messageOf } from "../run/failure.ts";
import { unsupportedReason } from "../services/unsupported.ts";
import { nodeFiles } from "../store/stores.ts";
import type { Component } from "./component.ts";
import { CCODE, issue } from "./document_faults.ts";
import { type EffectiveConfig, effectiveConfig } from "./node_config.ts";

/** Providers and profiles that this engine cannot start. */
export function providerFaults(
  components: readonly Component[],
  registry: NodeRegistry,
): readonly ValidationIssue[] {
  return components.flatMap((component) => {
    const { id, provider } = component;
    const definition = registry.get(provider);
    const message = definition
      ? effectiveConfig(definition, component).fault
      : unsupportedReason(provider) ?? `The service ${provider} was not found`;
    return message === undefined ? [] : [fault(message, id)];
  });
}

/** Configurations that a node does not start with. */
export function startFaults(
  components: readonly Component[],
  registry: NodeRegistry,
  keyless: readonly string[] = [],
): readonly ValidationIssue[] {
  return components.flatMap((component) => {
    const definition = registry.get(component.provider);
    if (!definition) return [];
    const effective = effectiveConfig(definition, component);
    if (effective.fault !== undefined) return [];
    const isKeyless = definition.classType.some((it) => keyless.includes(it));
    const message = (isKeyless ? undefined : encrypted(component, effective)) ??
      startFault(definition, component, effective);
    return message === undefined ? [] : [fault(message, component.id)];
  });
}

function fault(message: string, id: string): ValidationIssue {
  return issue(CCODE.INVALID_PARAM, message, id);
}

function encrypted(
  { id }: Component,
  { encrypted: [name] }: EffectiveConfig,
): string | undefined {
  if (name === undefined) return undefined;
  return `Component ${id}: '${name}' is encrypted, and only the server that ` +
    "encrypted it can read it; give its value beside 'secureParameters', for " +
    "example as ${ROCKETRIDE_KEY}";
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
    return Object.entries(slots).flatMap(([name, { min, max = Infinity }]) => {
      const count = (helpers.get(id) ?? [])
        .filter(({ classType }) => classType === name).length;
      if (count >= min && count <= max) return [];
      const need = count < min
        ? `needs at least ${min}`
        : `takes at most ${max}`;
      const text = `Component ${id} ${need} '${name}' helper, but has ${count}`;
      return [fault(text, id)];
    });
  });
}

/** Loads the code of a node; `undefined` when that is done. */
type Load = () => Promise<unknown> | undefined;

/**
 * Nodes whose `start` reads their configuration and does nothing else, and how
 * their code is loaded. A copy of one with another `start` is another node.
 */
const checked: WeakMap<NodeDefinition, Load | undefined> = new WeakMap();

/**
 * Declare that `start` of a node may be called to check its configuration.
 *
 * @param load Loads the code of the node, where that is not there at once.
 */
export function startReadsOnly(
  definition: NodeDefinition,
  load?: Load,
): NodeDefinition {
  checked.set(definition, load);
  return definition;
}

/** Whether {@linkcode startFaults} finds what keeps a node from starting. */
export function canCheckStart(definition: NodeDefinition): boolean {
  return checked.has(definition);
}

/**
 * Load the code of the nodes that a pipeline names, so that `start` of each can
 * be called to check its configuration.
 *
 * @param document The pipeline or component, placeholders replaced; of what is
 * malformed nothing is loaded.
 * @returns `undefined` when nothing has to be loaded.
 */
export function loadNodes(
  document: unknown,
  registry: NodeRegistry,
): Promise<unknown> | undefined {
  const { components = [document] } = isRecord(document) ? document : {};
  if (!Array.isArray(components)) return undefined;
  const loads = components.flatMap((component) => {
    const provider = isRecord(component) ? component.provider : undefined;
    const definition = registry.get(String(provider));
    return (definition && checked.get(definition)?.()) ?? [];
  });
  return loads.length > 0 ? Promise.all(loads) : undefined;
}

function startFault(
  definition: NodeDefinition,
  { id, config: rawConfig }: Component,
  { config }: EffectiveConfig,
): string | undefined {
  if (!checked.has(definition)) return undefined;
  try {
    const task = definition.start({ ...idleContext(), id, config, rawConfig });
    // What fails later, such as code that cannot be loaded, is not a fault of
    // the configuration.
    Promise.resolve(task).catch(() => {});
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What a node may use that does no work. */
function idleContext(): Omit<TaskContext, "id" | "config" | "rawConfig"> {
  const notStarted = (): Error => new Error("The node has not started");
  return {
    signal: new AbortController().signal,
    fetch: () => Promise.reject(notStarted()),
    files: nodeFiles(() => {
      throw notStarted();
    }),
    clock: { now: () => 0, after: () => () => {} },
    publicToken: "",
    warn(): void {},
    status(): void {},
    note(): void {},
  };
}
