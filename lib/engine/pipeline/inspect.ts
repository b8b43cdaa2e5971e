import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import type { NodeRegistry } from "../registry.ts";
import { advice } from "./advice.ts";
import { type Component, readComponents, withoutNotes } from "./component.ts";
import {
  CCODE,
  connectionFaults,
  cycleFaults,
  laneFaults,
  structureFaults,
} from "./document_faults.ts";
import { connectedTo, edgesOf, topologicalOrder } from "./graph.ts";
import { helperFaults, providerFaults, startFaults } from "./node_faults.ts";

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

export interface Inspection {
  readonly errors: readonly ValidationIssue[];
  /** What is wrong with components that are not loaded. */
  readonly ignored: readonly ValidationIssue[];
  /** What may be wrong, and what is ignored. */
  readonly warnings: readonly ValidationIssue[];
  /** The components that would run, feeders first. */
  readonly chain: readonly string[];
  readonly components: readonly Component[];
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
  options: InspectOptions,
): Inspection {
  const { registry, keyless } = options;
  const document = isRecord(pipeline)
    ? { ...pipeline, components: withoutNotes(pipeline.components, registry) }
    : pipeline;
  const list = isRecord(document) ? document.components : undefined;
  const components = readComponents(list);
  const loaded = connectedTo(source, list);
  const { true: used = [], false: unused = [] } = Object.groupBy(
    components,
    ({ id }) => `${loaded.has(id)}` as const,
  );
  const ids = used.map(({ id }) => id);
  const edges = edgesOf(components);
  const chain = topologicalOrder(ids, edges);
  const lanes = edges.filter(({ kind }) => kind === "lane");
  const read = new Set(lanes.map(({ from }) => from));
  const faults = [
    ...structureFaults(document, source),
    ...connectionFaults(list),
    ...providerFaults(components, registry),
    ...laneFaults(components, registry, (id) => read.has(id)),
    // A cycle is wholly in what is loaded, or wholly in the rest.
    ...cycleFaults(used),
    ...cycleFaults(unused),
    ...helperFaults(components, registry),
    ...startFaults(used, registry, keyless),
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
      ...advice(components, { ...options, loaded, chain }),
    ],
    chain,
    components,
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
  options: InspectOptions,
): Pick<Inspection, "errors" | "warnings"> {
  const { registry, keyless } = options;
  const list = withoutNotes([component], registry);
  const components = readComponents(list);
  const chain = components.map(({ id }) => id);
  const context = { ...options, chain, loaded: new Set(chain) };
  return {
    errors: [
      ...structureFaults({ components: list }),
      ...providerFaults(components, registry),
      ...laneFaults(components, registry, () => true),
      ...startFaults(components, registry, keyless),
    ],
    // Without those about the pipeline as a whole.
    warnings: advice(components, context).filter(({ id }) => id !== undefined),
  };
}
