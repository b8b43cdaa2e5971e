import type { JsonObject } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import type { Secrets } from "../../protocol/secrets.ts";
import type { NodeDefinition } from "../node.ts";
import { isResponseNode } from "../registry.ts";
import type { ChosenSource } from "./component.ts";
import { type Edge, edgesOf, reachable } from "./graph.ts";
import { inspect, type InspectOptions } from "./inspect.ts";

export interface PlannedNode {
  readonly id: string;
  readonly name: string | undefined;
  readonly definition: NodeDefinition;
  readonly config: JsonObject;
  readonly rawConfig: JsonObject;
  /** Lane to the ids that listen on it, in calling order. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** Class to the ids of the helpers that it controls, in calling order. */
  readonly helpers: ReadonlyMap<string, readonly string[]>;
  readonly driven: boolean;
  readonly warnings: readonly string[];
}

/** A pipeline made ready to run. */
export interface Plan {
  readonly source: string;
  readonly provider: string;
  /** The nodes that run, by id, feeders first. */
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  readonly responds: boolean;
  /** What is wrong with components that are not loaded. */
  readonly warnings: readonly string[];
  /** What must not show in its status, events and failures. */
  readonly secrets: Secrets;
}

export interface CompileOptions extends InspectOptions {
  readonly hide: (text: string) => string;
  /** What the running pipeline must not show. */
  readonly secrets: Secrets;
}

/**
 * Turn a pipeline into a plan.
 *
 * Only what the source leads to is loaded; faults elsewhere in the document
 * keep nothing from running, but starting it warns of them: a misspelt `from`
 * leaves a component out.
 *
 * @param pipeline The flat pipeline, placeholders replaced.
 * @param source What `chooseSource` found.
 * @throws {ValidationException} The first fault of what would be loaded.
 */
export function compile(
  pipeline: unknown,
  { id: source, provider }: ChosenSource,
  options: CompileOptions,
): Plan {
  const { hide, secrets } = options;
  const { errors: [fatal], ignored, chain, nodes: known } = inspect(
    pipeline,
    source,
    options,
  );
  if (fatal) throw new ValidationException(fatal.message);

  const loaded = new Set(chain);
  const edges = edgesOf(known).filter(({ from }) => loaded.has(from));
  const lanes = edges.filter(({ kind }) => kind === "lane");
  const driven = reachable(source, lanes);
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const byId = new Map(known.map((node) => [node.id, node]));
  const nodes = chain.flatMap((id): PlannedNode[] => {
    const node = byId.get(id);
    const definition = node?.definition;
    if (!definition) return [];
    return [{
      id,
      name: node.name,
      definition,
      config: node.effective,
      rawConfig: node.config,
      targets: idsByName("lane", outgoing.get(id)),
      helpers: idsByName("control", outgoing.get(id)),
      driven: driven.has(id),
      warnings: node.warnings,
    }];
  });
  return {
    source,
    provider,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    responds: nodes.some(({ driven, definition }) =>
      driven && isResponseNode(definition.provider)
    ),
    warnings: ignored.map(({ message }) => hide(message)),
    secrets,
  };
}

function idsByName(
  kind: Edge["kind"],
  edges: readonly Edge[] = [],
): ReadonlyMap<string, readonly string[]> {
  const own = edges.filter((edge) => edge.kind === kind);
  const grouped = Map.groupBy(own, ({ via }) => via);
  return new Map(
    [...grouped].map(([via, list]) => [via, list.map(({ to }) => to)]),
  );
}
