import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import type { NodeRegistry } from "../registry.ts";
import { advice } from "./advice.ts";
import { readComponents, withoutNotes } from "./component.ts";
import {
  CCODE,
  connectionFaults,
  cycleFaults,
  issuesOf,
  laneFaults,
  structureFaults,
} from "./document_faults.ts";
import { connectedTo, edgesOf, topologicalOrder } from "./graph.ts";
import { nodeOf, type PipelineNode } from "./node_config.ts";
import { helperFaults, providerFault, startFault } from "./node_faults.ts";

/** What pipelines are inspected with. */
export interface InspectOptions {
  readonly registry: NodeRegistry;
  readonly forwarding: "clean" | "engine";
  /**
   * Classes of nodes whose keys and addresses do not matter, because an option
   * of the engine answers for them.
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
  readonly nodes: readonly PipelineNode[];
}

/**
 * Inspect a pipeline and collect every fault.
 *
 * @param pipeline The flat pipeline, placeholders replaced.
 * @param source The id of the chosen source.
 */
export function inspect(
  pipeline: unknown,
  source: string,
  { registry, forwarding, keyless }: InspectOptions,
): Inspection {
  const document = isRecord(pipeline)
    ? { ...pipeline, components: withoutNotes(pipeline.components, registry) }
    : pipeline;
  const list = isRecord(document) ? document.components : undefined;
  const nodes = readComponents(list)
    .map((component) => nodeOf(component, registry, keyless));
  const loaded = connectedTo(source, list);
  const used = nodes.filter(({ id }) => loaded.has(id));
  const edges = edgesOf(nodes);
  const chain = topologicalOrder(used.map(({ id }) => id), edges);
  const lanes = edges.filter(({ kind }) => kind === "lane");
  const read = new Set(lanes.map(({ from }) => from));
  const helpers = Map.groupBy(
    edges.filter(({ kind }) => kind === "control"),
    ({ from }) => from,
  );
  const faults = [
    ...structureFaults(document, source),
    ...connectionFaults(list),
    ...issuesOf(nodes, providerFault(registry)),
    ...issuesOf(nodes.filter(({ id }) => read.has(id)), laneFaults),
    // A cycle is wholly in what is loaded, or wholly in the rest.
    ...cycleFaults(used),
    ...cycleFaults(nodes.filter(({ id }) => !loaded.has(id))),
    ...issuesOf(
      nodes,
      (node) =>
        helperFaults(node, helpers.get(node.id)?.map(({ via }) => via) ?? []),
    ),
    ...issuesOf(used, startFault),
  ];
  const isFatal = ({ id }: ValidationIssue): boolean =>
    id === undefined || loaded.has(id);
  const ignored = faults.filter((fault) => !isFatal(fault))
    .map((fault) => ({ ...fault, ccode: CCODE.WARNING }));
  return {
    errors: faults.filter(isFatal),
    ignored,
    warnings: [...ignored, ...advice(nodes, { forwarding, loaded, chain })],
    chain,
    nodes,
  };
}

/**
 * Inspect a component by itself: what it is connected to is not there to be
 * looked at.
 *
 * @param component The component, placeholders replaced.
 */
export function inspectComponent(
  component: unknown,
  { registry, forwarding, keyless }: InspectOptions,
): Pick<Inspection, "errors" | "warnings"> {
  const list = withoutNotes([component], registry);
  const nodes = readComponents(list)
    .map((item) => nodeOf(item, registry, keyless));
  const chain = nodes.map(({ id }) => id);
  const warnings = advice(nodes, { forwarding, chain, loaded: new Set(chain) });
  return {
    errors: [
      ...structureFaults({ components: list }),
      ...issuesOf(nodes, providerFault(registry)),
      ...issuesOf(nodes, laneFaults),
      ...issuesOf(nodes, startFault),
    ],
    // Without those about the pipeline as a whole.
    warnings: warnings.filter(({ id }) => id !== undefined),
  };
}
