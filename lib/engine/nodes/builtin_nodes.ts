import type { NodeDefinition } from "../node.ts";
import { startReadsOnly } from "../pipeline/node_faults.ts";
import { createRegistry, type NodeRegistry } from "../registry.ts";
import type { Settings } from "../settings.ts";
import agent from "./agent/services.json" with { type: "json" };
import core from "./core/services.json" with { type: "json" };
import llm from "./llm/services.json" with { type: "json" };
import type {
  BuiltinNodesOptions,
  NodeData,
  Start,
  Starters,
} from "./options.ts";
import privacy from "./privacy/services.json" with { type: "json" };
import retrieval from "./retrieval/services.json" with { type: "json" };

const registries: WeakMap<Settings, NodeRegistry> = new WeakMap();

/** Every node that an engine with some settings can run. */
export function registryOf(settings: Settings): NodeRegistry {
  const found = registries.get(settings) ??
    createRegistry(builtinNodes(settings), settings.nodes);
  registries.set(settings, found);
  return found;
}

interface Pack {
  readonly starters: (options: BuiltinNodesOptions) => Starters;
}

/** The data of each pack, and how its code is loaded. */
const PACKS: readonly (readonly [unknown, () => Promise<Pack>])[] = [
  [core, () => import("./core/pack.ts")],
  [llm, () => import("./llm/pack.ts")],
  [retrieval, () => import("./retrieval/pack.ts")],
  [agent, () => import("./agent/pack.ts")],
  [privacy, () => import("./privacy/pack.ts")],
];

/**
 * The nodes that come with the embedded engine.
 *
 * What describes them is there at once. Their code comes in packs, each of
 * which is loaded by `import()` when one of its nodes first starts.
 *
 * @returns A definition for each provider, sources first.
 */
export function builtinNodes(
  options: BuiltinNodesOptions = {},
): readonly NodeDefinition[] {
  return PACKS.flatMap(([services, load]) => nodesOf(services, load, options));
}

function nodesOf(
  services: unknown,
  load: () => Promise<Pack>,
  options: BuiltinNodesOptions,
): readonly NodeDefinition[] {
  let starters: Starters | undefined;
  let loading: Promise<Starters> | undefined;

  async function loadNow(): Promise<Starters> {
    try {
      return starters = (await load()).starters(options);
    } finally {
      // After a failure the network may be back the next time.
      loading = undefined;
    }
  }

  const ready = (): Promise<Starters> | undefined =>
    starters ? undefined : loading ??= loadNow();

  return (services as readonly NodeData[]).flatMap((service) => {
    const { override, needsOverride, limitation, ...data } = service;
    const given = override && { ...options, ...options.overrides }[override];
    if (needsOverride && !given) return [];
    const limited = limitation !== undefined && typeof given !== "function";
    const definition: NodeDefinition = {
      ...data,
      ...(limited && { limitation }),
      start: (context) => {
        const start = (): ReturnType<Start> =>
          starters![data.provider]!(context);
        return ready()?.then(start) ?? start();
      },
    };
    return [startReadsOnly(definition, ready)];
  });
}
