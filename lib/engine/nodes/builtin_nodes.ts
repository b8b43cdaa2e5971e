import { checkOptions } from "../../check.ts";
import type { NodeDefinition } from "../node.ts";
import { loadedLate, startReadsOnly } from "../validate/start_fault.ts";
import agent from "./agent/services.json" with { type: "json" };
import { starters as coreStarters } from "./core/pack.ts";
import core from "./core/services.json" with { type: "json" };
import { llmOverride } from "./llm/llm_override.ts";
import llm from "./llm/services.json" with { type: "json" };
import type { BuiltinNodesOptions, NodeData, Starters } from "./options.ts";
import privacy from "./privacy/services.json" with { type: "json" };
import retrieval from "./retrieval/services.json" with { type: "json" };

interface LatePack {
  readonly starters: (options: BuiltinNodesOptions) => Starters;
}

/** The packs that are loaded when a pipeline first names one of their nodes. */
const LATE: readonly (readonly [unknown, () => Promise<LatePack>])[] = [
  [llm, () => import("./llm/pack.ts")],
  [retrieval, () => import("./retrieval/pack.ts")],
  [agent, () => import("./agent/pack.ts")],
  [privacy, () => import("./privacy/pack.ts")],
];

/**
 * The nodes that come with the embedded engine.
 *
 * What describes them is there at once. The code of nodes that ask models,
 * search, act as agents or look for private data is loaded by `import()` when
 * one of them first starts.
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
  const atOnce = coreStarters(options);
  return [
    ...definitions(core, options, (provider) => atOnce[provider]!)
      .map((definition) => startReadsOnly(definition)),
    ...LATE.flatMap(([services, load]) => latePack(services, load, options)),
  ];
}

function latePack(
  services: unknown,
  load: () => Promise<LatePack>,
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

  return definitions(services, options, (provider) => (context) => {
    const start = (): ReturnType<NodeDefinition["start"]> =>
      starters![provider]!(context);
    return ready()?.then(start) ?? start();
  }).map((definition) => loadedLate(startReadsOnly(definition), ready));
}

function definitions(
  services: unknown,
  options: BuiltinNodesOptions,
  starterOf: (provider: string) => NodeDefinition["start"],
): readonly NodeDefinition[] {
  return (services as readonly NodeData[]).flatMap((service) => {
    const { override, needsOverride, limitation, ...data } = service;
    const given = override && { ...options, ...options.overrides }[override];
    if (needsOverride && !given) return [];
    const limited = limitation !== undefined && typeof given !== "function";
    return [{
      ...data,
      ...(limited && { limitation }),
      start: starterOf(data.provider),
    }];
  });
}
