import { isRecord, type JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition, TaskContext } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import { messageOf } from "../run/failure.ts";
import { nodeFiles } from "../store/stores.ts";

/**
 * Nodes whose `start` reads their configuration and does nothing else. A copy
 * of one with another `start` is another node.
 */
const readsOnly: WeakSet<NodeDefinition> = new WeakSet();

/** Declare that `start` of a node may be called to check its configuration. */
export function startReadsOnly(definition: NodeDefinition): NodeDefinition {
  readsOnly.add(definition);
  return definition;
}

/** Loads the code of a node; `undefined` when that is done. */
type Load = () => Promise<unknown> | undefined;

const late: WeakMap<NodeDefinition, Load> = new WeakMap();

/** Declare how the code of a node is loaded. */
export function loadedLate(
  definition: NodeDefinition,
  load: Load,
): NodeDefinition {
  late.set(definition, load);
  return definition;
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
    return (definition && late.get(definition)?.()) ?? [];
  });
  return loads.length > 0 ? Promise.all(loads) : undefined;
}

/** Whether {@linkcode startFault} finds what keeps a node from starting. */
export function canCheckStart(definition: NodeDefinition): boolean {
  return readsOnly.has(definition);
}

/** Why a node does not start with a configuration, where that can be found. */
export function startFault(
  definition: NodeDefinition,
  component: {
    readonly id: string;
    readonly config: JsonObject;
    readonly rawConfig: JsonObject;
  },
): string | undefined {
  if (!readsOnly.has(definition)) return undefined;
  try {
    const task = definition.start({ ...idleContext(), ...component });
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

function notStarted(): Error {
  return new Error("The node has not started");
}
