import type {
  InputConnection,
  ValidationIssue,
} from "../../../schema/pipeline.ts";
import type { Component } from "../pipeline/component.ts";
import { effectiveConfig, nodeWarnings } from "../pipeline/effective_config.ts";
import { unresolved } from "../../protocol/substitute.ts";
import type { NodeDefinition } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import { isResponseNode } from "../response_node.ts";
import { CCODE, issue } from "./issue.ts";
import { canCheckStart } from "./start_fault.ts";

/** What the checks that only advise need to know. */
export interface AdviceContext {
  /** The nodes of this engine. */
  readonly registry: NodeRegistry;
  /** Which forwarding rule the engine follows. */
  readonly forwarding: "clean" | "engine";
  /** Classes of nodes whose keys and addresses do not matter; none if absent. */
  readonly keyless?: readonly string[];
  /** Ids that the chosen source leads to. */
  readonly chain: ReadonlySet<string>;
}

/** What may be wrong with a pipeline that an engine would start. */
export function advice(
  components: readonly Component[],
  context: AdviceContext,
): readonly ValidationIssue[] {
  const { chain } = context;
  const wiring: Wiring = {
    byId: new Map(components.map((component) => [component.id, component])),
    received: new Map(
      components.map(({ id, input }) => [
        id,
        new Set(input.map(({ lane }) => lane)),
      ]),
    ),
    outputs: Map.groupBy(
      components.flatMap(({ input }) => input),
      ({ from }) => from,
    ),
  };
  const warnings = components.flatMap((component) => {
    const { id } = component;
    const texts = chain.has(id)
      ? loadedAdvice(component, wiring, context)
      : [`Component ${id} is not reachable from the source`];
    return texts.map((text) => issue(CCODE.WARNING, text, id));
  });
  const loaded = components.filter(({ id }) => chain.has(id));
  if (loaded.some(({ provider }) => isResponseNode(provider))) return warnings;
  const text = "Pipeline has no reachable response node: results will be empty";
  return [...warnings, issue(CCODE.WARNING, text)];
}

/** How components are connected, to look up. */
interface Wiring {
  readonly byId: ReadonlyMap<string, Component>;
  /** The lanes of a component's inputs, by its id. */
  readonly received: ReadonlyMap<string, ReadonlySet<string>>;
  /** The inputs of others that a component feeds, by its id. */
  readonly outputs: ReadonlyMap<string, readonly InputConnection[]>;
}

function loadedAdvice(
  component: Component,
  wiring: Wiring,
  context: AdviceContext,
): readonly string[] {
  const definition = context.registry.get(component.provider);
  const keyless =
    definition?.classType.some((name) => context.keyless?.includes(name)) ??
      false;
  return [
    ...(keyless ? [] : withoutValue(component)),
    ...redacted(component),
    ...unheardOf(component, wiring, context.registry),
    ...(definition ? nodeAdvice(component, definition, keyless) : []),
    ...(definition && context.forwarding === "clean"
      ? forwarded(component, wiring, definition)
      : []),
  ];
}

function nodeAdvice(
  component: Component,
  definition: NodeDefinition,
  keyless: boolean,
): readonly string[] {
  const effective = effectiveConfig(definition, component);
  const asks = ["llm", "embedding"].some((name) =>
    definition.classType.includes(name)
  );
  const empty = asks && !keyless && !canCheckStart(definition)
    ? ["apikey", "model", "serverbase", "base_url"].filter((key) =>
      effective.config[key] === ""
    )
    : [];
  return [
    ...nodeWarnings(definition, effective),
    ...empty.map((key) => `Component ${component.id} has an empty '${key}'`),
  ];
}

/** Placeholders that nobody gave a value for. */
function withoutValue({ id, config }: Component): readonly string[] {
  return unresolved(config).map((name) =>
    `Component ${id} uses \${${name}}, which has no value`
  );
}

/** A placeholder for anything but what pipelines may use. */
const FOREIGN = /\$\{(?!ROCKETRIDE_)[^{}"\\]+\}/g;

/** Text that a server would not leave alone. */
function redacted({ id, config }: Component): readonly string[] {
  const found = JSON.stringify(config).match(FOREIGN) ?? [];
  return [...new Set(found)].map((placeholder) =>
    `Component ${id} uses ${placeholder}, which a server replaces by ` +
    "<REDACTED>: only ROCKETRIDE_ variables are filled in"
  );
}

/** Inputs from nodes that neither produce the lane nor could forward it. */
function unheardOf(
  { id, input }: Component,
  { byId, received }: Wiring,
  registry: NodeRegistry,
): readonly string[] {
  return input.flatMap(({ lane, from }) => {
    const upstream = byId.get(from);
    const lanes = upstream && registry.get(upstream.provider)?.lanes;
    if (!lanes || Object.values(lanes).flat().includes(lane)) return [];
    // A lane that it receives is forwarded, unless it says that it is not.
    const receives = Object.hasOwn(lanes, lane) ||
      received.get(from)?.has(lane);
    if (receives) return [];
    return [
      `Component ${id} expects lane ${lane} from ${from}, ` +
      `which does not produce it`,
    ];
  });
}

/** Wiring that runs differently on a server. */
function forwarded(
  { id }: Component,
  { outputs, received }: Wiring,
  definition: NodeDefinition,
): readonly string[] {
  if (!definition.replaces) return [];
  const passed = (outputs.get(id) ?? []).map(({ lane }) => lane)
    .filter((lane) => received.get(id)?.has(lane));
  return [...new Set(passed)].map((lane) =>
    `Component ${id} replaces what it receives on lane ${lane}; ` +
    `a server also passes the original on`
  );
}
