import type { JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition, TaskContext } from "../node.ts";
import { messageOf } from "../run/failure.ts";
import { nodeFiles } from "../store/node_files.ts";

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
    definition.start({ ...idleContext(), ...component });
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
