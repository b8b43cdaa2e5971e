import { checkOptions } from "../../check.ts";
import type { NodeDefinition } from "../node.ts";
import { startReadsOnly } from "../pipeline/node_faults.ts";
import agent from "./agent/services.json" with { type: "json" };
import core from "./core/services.json" with { type: "json" };
import { llmOverride } from "./llm/llm_override.ts";
import llm from "./llm/services.json" with { type: "json" };
import type {
  BuiltinNodesOptions,
  NodeData,
  Start,
  Starters,
} from "./options.ts";
import privacy from "./privacy/services.json" with { type: "json" };
import retrieval from "./retrieval/services.json" with { type: "json" };

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
 * @param options See {@linkcode BuiltinNodesOptions}.
 * @returns A definition for each provider, sources first.
 * @throws {ValidationException} A line of the script is malformed.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { builtinNodes } from "@rocketride/streams/engine";
 *
 * const providers = builtinNodes().map(({ provider }) => provider);
 * assert(providers.includes("webhook"));
 * assert(providers.includes("response_text"));
 * ```
 */
export function builtinNodes(
  options: BuiltinNodesOptions = {},
): readonly NodeDefinition[] {
  checkOptions(options, "builtinNodes({ parsers })", {
    parsers: 1,
    allowHosts: 1,
    maxWaves: 1,
    llm: 1,
    embedding: 1,
    overrides: 1,
  });
  if (options.llm) llmOverride(options.llm); // throws for a malformed script
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
