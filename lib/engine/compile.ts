import type { JsonObject } from "../../schema/json.ts";
import { ValidationException } from "../errors.ts";
import type { Secrets } from "../protocol/secrets.ts";
import type { NodeDefinition } from "./node.ts";
import { inspect, type InspectOptions } from "./validate/inspect.ts";
import type { ChosenSource } from "./pipeline/choose_source.ts";
import type { Component } from "./pipeline/component.ts";
import { effectiveConfig, nodeWarnings } from "./pipeline/effective_config.ts";
import { isResponseNode } from "./response_node.ts";
import { type Edge, edgesOf, reachable } from "./pipeline/graph.ts";

/** One node of a plan. */
export interface PlannedNode {
  /** The component's id. */
  readonly id: string;
  /** The component's display name, when it has one. */
  readonly name: string | undefined;
  /** What the node is and does. */
  readonly definition: NodeDefinition;
  /** Its configuration with presets applied. */
  readonly config: JsonObject;
  /** Its configuration as the pipeline has it. */
  readonly rawConfig: JsonObject;
  /** Lane to the ids that listen on it, in calling order. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** Class to the ids of the helpers that it controls, in calling order. */
  readonly helpers: ReadonlyMap<string, readonly string[]>;
  /** Whether it takes part in an object's life; mere helpers do not. */
  readonly driven: boolean;
  /** What starting it warns of. */
  readonly warnings: readonly string[];
}

/** What compiling takes besides what inspecting does. */
export interface CompileOptions extends InspectOptions {
  /** Takes the values of variables out of what is warned of. */
  readonly hide: (text: string) => string;
  /** What the running pipeline must not show. */
  readonly secrets: Secrets;
}

/** A pipeline made ready to run. */
export interface Plan {
  /** The component that data enters by. */
  readonly source: string;
  /** Its provider. */
  readonly provider: string;
  /** The nodes that run, by id, feeders first. */
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  /** Whether a response node takes part. */
  readonly responds: boolean;
  /** What is wrong with components that are not loaded. */
  readonly warnings: readonly string[];
  /** What must not show in its status, events and failures. */
  readonly secrets: Secrets;
}

/**
 * Turn a pipeline into a plan.
 *
 * Only what the source leads to is loaded; faults elsewhere in the document
 * keep nothing from running, but starting it warns of them: a misspelt `from`
 * is how a component comes to be left out.
 *
 * @param pipeline The flat pipeline, placeholders replaced.
 * @param source What `chooseSource` found.
 * @param options See {@linkcode CompileOptions}.
 * @throws {ValidationException} The first fault of what would be loaded.
 */
export function compile(
  pipeline: unknown,
  source: ChosenSource,
  options: CompileOptions,
): Plan {
  const { registry, hide, secrets } = options;
  const { errors, ignored, chain, components } = inspect(
    pipeline,
    source.id,
    options,
  );
  const [fatal] = errors;
  if (fatal) throw new ValidationException(fatal.message);

  const loaded = new Set(chain);
  const edges = edgesOf(components).filter(({ from }) => loaded.has(from));
  const lanes = edges.filter(({ kind }) => kind === "lane");
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const driven = reachable(source.id, lanes);
  const byId = new Map(components.map((item) => [item.id, item]));
  const nodes = chain.flatMap((id) => {
    const component = byId.get(id);
    const definition = component && registry.get(component.provider);
    if (!definition) return [];
    return [planNode(
      component,
      definition,
      outgoing.get(id) ?? [],
      driven,
    )];
  });
  return {
    source: source.id,
    provider: source.provider,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    responds: nodes.some(({ driven, definition }) =>
      driven && isResponseNode(definition.provider)
    ),
    warnings: ignored.map(({ message }) => hide(message)),
    secrets,
  };
}

function planNode(
  component: Component,
  definition: NodeDefinition,
  outgoing: readonly Edge[],
  driven: ReadonlySet<string>,
): PlannedNode {
  const { id, name, config: rawConfig } = component;
  const effective = effectiveConfig(definition, component);
  return {
    id,
    name,
    definition,
    config: effective.config,
    rawConfig,
    targets: group(outgoing.filter(({ kind }) => kind === "lane")),
    helpers: group(outgoing.filter(({ kind }) => kind === "control")),
    driven: driven.has(id),
    warnings: nodeWarnings(definition, effective),
  };
}

function group(
  edges: readonly Edge[],
): ReadonlyMap<string, readonly string[]> {
  const grouped = Map.groupBy(edges, ({ via }) => via);
  return new Map(
    [...grouped].map(([via, list]) => [via, list.map(({ to }) => to)]),
  );
}
