import { isRecord } from "../../../schema/json.ts";
import { nearestOf } from "../../check.ts";
import type { NodeDefinition, TaskContext } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import { messageOf } from "../run/failure.ts";
import { unsupportedReason } from "../services/unsupported.ts";
import { nodeFiles } from "../store/stores.ts";
import type { PipelineNode } from "./node_config.ts";
import { textOf } from "../text_of.ts";

/** A document may name many providers that are not there; guesses take time. */
const MOST_GUESSES = 20;

/** Tells why a provider or a profile cannot be started by this engine. */
export function providerFault(
  registry: NodeRegistry,
): (node: PipelineNode) => string | undefined {
  const known = [...registry.keys()];
  let left = MOST_GUESSES;
  return ({ provider, definition, fault }) => {
    if (definition) return fault;
    const reason = unsupportedReason(provider);
    if (reason !== undefined) return reason;
    const nearest = left-- > 0 ? nearestOf(provider, known) : undefined;
    const missing = `The service ${provider} was not found`;
    return nearest === undefined
      ? missing
      : `${missing}, did you mean ${nearest}?`;
  };
}

/** Why a node has too few or too many helpers, by class. */
export function helperFaults(
  { id, definition }: PipelineNode,
  classes: readonly string[],
): readonly string[] {
  const slots = Object.entries(definition?.invoke ?? {});
  return slots.flatMap(([name, { min, max = Infinity }]) => {
    const count = classes.filter((it) => it === name).length;
    if (count >= min && count <= max) return [];
    const need = count < min ? `needs at least ${min}` : `takes at most ${max}`;
    return [`Component ${id} ${need} '${name}' helper, but has ${count}`];
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

/** Whether {@linkcode startFault} finds what keeps a node from starting. */
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
    const definition = registry.get(textOf(provider));
    return (definition && checked.get(definition)?.()) ?? [];
  });
  return loads.length > 0 ? Promise.all(loads) : undefined;
}

/** Why a node does not start with its configuration, if that can be found. */
export function startFault(node: PipelineNode): string | undefined {
  const { id, definition, config: rawConfig, effective: config } = node;
  const { fault, encrypted: [name], isKeyless } = node;
  if (!definition || fault !== undefined) return undefined;
  if (name !== undefined && !isKeyless) {
    return `Component ${id}: '${name}' is encrypted, and only the server that ` +
      "encrypted it can read it; give its value beside 'secureParameters', " +
      "for example as ${ROCKETRIDE_KEY}";
  }
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
