import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { type Component, readComponents } from "../pipeline/component.ts";
import { connectedTo, withoutNotes } from "../pipeline/connected.ts";
import { edgesOf, topologicalOrder } from "../pipeline/graph.ts";
import type { NodeRegistry } from "../registry.ts";
import { advice } from "./advice.ts";
import { connectionFaults, cycleFaults, laneFaults } from "./connections.ts";
import { helperFaults, providerFaults, startFaults } from "./providers.ts";
import { CCODE } from "./issue.ts";
import { structureFaults } from "./structure.ts";

/** How strictly pipelines are looked at, and what with. */
export interface InspectOptions {
  /** The nodes of this engine. */
  readonly registry: NodeRegistry;
  /** Which forwarding rule the engine follows. */
  readonly forwarding: "clean" | "engine";
  /**
   * Classes of nodes whose keys and addresses do not matter, because
   * something else answers for them.
   *
   * @default {[]}
   */
  readonly keyless?: readonly string[];
}

/** Everything found out about a pipeline. */
export interface Inspection {
  /** What keeps it from running. */
  readonly errors: readonly ValidationIssue[];
  /** What is wrong with components that are not loaded. */
  readonly ignored: readonly ValidationIssue[];
  /** What may be wrong, and what is ignored. */
  readonly warnings: readonly ValidationIssue[];
  /** The components that would run, feeders first. */
  readonly chain: readonly string[];
  /** The components that could be read. */
  readonly components: readonly Component[];
}

/**
 * Look at a pipeline from all sides and collect every fault.
 *
 * @param pipeline The flat pipeline, placeholders replaced.
 * @param source The id of the chosen source.
 * @param options See {@linkcode InspectOptions}.
 */
export function inspect(
  pipeline: unknown,
  source: string,
  options: InspectOptions,
): Inspection {
  const { registry } = options;
  const document = isRecord(pipeline)
    ? { ...pipeline, components: withoutNotes(pipeline.components, registry) }
    : pipeline;
  const list = isRecord(document) ? document.components : undefined;
  const components = readComponents(list);
  const ids = components.map(({ id }) => id);
  const edges = edgesOf(components);
  const loaded = connectedTo(source, list);
  const chain = topologicalOrder(ids.filter((id) => loaded.has(id)), edges);
  // A cycle is wholly in what is loaded, or wholly in the rest.
  const parts = [
    components.filter(({ id }) => loaded.has(id)),
    components.filter(({ id }) => !loaded.has(id)),
  ];
  const faults = [
    ...structureFaults(document, source),
    ...connectionFaults(list),
    ...providerFaults(components, registry),
    ...laneFaults(components, registry),
    ...parts.flatMap(cycleFaults),
    ...helperFaults(components, registry),
    ...startFaults(
      components.filter(({ id }) => loaded.has(id)),
      registry,
    ),
  ];
  const isFatal = ({ id }: ValidationIssue): boolean =>
    id === undefined || loaded.has(id);
  const ignored = faults.filter((fault) => !isFatal(fault))
    .map((fault) => ({ ...fault, ccode: CCODE.WARNING }));
  return {
    errors: faults.filter(isFatal),
    ignored,
    warnings: [
      ...ignored,
      ...advice(components, { ...options, chain: loaded }),
    ],
    chain,
    components,
  };
}
