import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { unresolved } from "../../protocol/substitute.ts";
import type { NodeDefinition } from "../node.ts";
import { isResponseNode, type NodeRegistry } from "../registry.ts";
import type { Component } from "./component.ts";
import { CCODE, issue } from "./document_faults.ts";
import { effectiveConfig, nodeWarnings } from "./node_config.ts";
import { canCheckStart } from "./node_faults.ts";

export interface AdviceContext {
  readonly registry: NodeRegistry;
  readonly forwarding: "clean" | "engine";
  readonly keyless?: readonly string[];
  /** Ids that the chosen source leads to. */
  readonly loaded: ReadonlySet<string>;
  /** The same ids, feeders first; without those on a cycle. */
  readonly chain: readonly string[];
}

interface Wiring {
  readonly byId: ReadonlyMap<string, Component>;
  /** The lanes of a component's inputs, by its id. */
  readonly received: ReadonlyMap<string, ReadonlySet<string>>;
  /** The components that read from a component, and on which lane. */
  readonly readers: ReadonlyMap<string, readonly Reader[]>;
  /** The component behind another on a lane that asks a model, by both. */
  readonly askers: ReadonlyMap<string, string>;
}

interface Reader {
  readonly id: string;
  readonly lane: string;
  readonly from: string;
}

/** What may be wrong with a pipeline that an engine would start. */
export function advice(
  components: readonly Component[],
  context: AdviceContext,
): readonly ValidationIssue[] {
  const { loaded } = context;
  const wiring = wiringOf(components, context);
  const warnings = components.flatMap((component) => {
    const { id } = component;
    const texts = loaded.has(id)
      ? componentAdvice(component, wiring, context)
      : [`Component ${id} is not reachable from the source`];
    return texts.map((text) => issue(CCODE.WARNING, text, id));
  });
  const responds = components.some(({ id, provider }) =>
    loaded.has(id) && isResponseNode(provider)
  );
  if (responds) return warnings;
  const text = "Pipeline has no reachable response node: results will be empty";
  return [...warnings, issue(CCODE.WARNING, text)];
}

function wiringOf(
  components: readonly Component[],
  { registry, chain }: AdviceContext,
): Wiring {
  const byId = new Map(components.map((item) => [item.id, item]));
  const received = new Map(components.map(({ id, input }) => [
    id,
    new Set(input.map(({ lane }) => lane)),
  ]));
  const readers = Map.groupBy(
    components.flatMap(({ id, input }) =>
      input.map((entry): Reader => ({ ...entry, id }))
    ),
    ({ from }) => from,
  );
  const askers = new Map<string, string>();
  for (const from of chain.toReversed()) {
    for (const { id, lane } of readers.get(from) ?? []) {
      const key = `${lane} ${from}`;
      const provider = byId.get(id)?.provider ?? "";
      const asker = asksModel(registry.get(provider), lane)
        ? id
        : askers.get(`${lane} ${id}`);
      if (asker !== undefined && !askers.has(key)) askers.set(key, asker);
    }
  }
  return { byId, received, readers, askers };
}

function asksModel(
  definition: NodeDefinition | undefined,
  lane: string,
): boolean {
  if (!definition || !Object.hasOwn(definition.lanes, lane)) return false;
  const { classType, invoke = {} } = definition;
  return classType.includes("llm") || Object.hasOwn(invoke, "llm");
}

function componentAdvice(
  component: Component,
  wiring: Wiring,
  { registry, keyless = [], forwarding }: AdviceContext,
): readonly string[] {
  const definition = registry.get(component.provider);
  const classes = definition?.classType ?? [];
  const isKeyless = classes.some((name) => keyless.includes(name));
  return [
    ...(isKeyless ? [] : withoutValue(component)),
    ...redacted(component),
    ...unheardOf(component, wiring, registry),
    ...(definition ? nodeAdvice(component, definition, isKeyless) : []),
    ...(definition?.replaces && forwarding === "clean"
      ? forwarded(component, wiring)
      : []),
  ];
}

function nodeAdvice(
  component: Component,
  definition: NodeDefinition,
  isKeyless: boolean,
): readonly string[] {
  const effective = effectiveConfig(definition, component);
  const { classType } = definition;
  const asks = classType.includes("llm") || classType.includes("embedding");
  const empty = asks && !isKeyless && !canCheckStart(definition)
    ? ["apikey", "model", "serverbase", "base_url"].filter((key) =>
      effective.config[key] === "" && !effective.encrypted.includes(key)
    )
    : [];
  return [
    ...nodeWarnings(definition, effective),
    ...empty.map((key) => `Component ${component.id} has an empty '${key}'`),
  ];
}

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

/** Connections of a node that replaces its input, which a server forwards. */
function forwarded(
  { id }: Component,
  { readers, received, askers }: Wiring,
): readonly string[] {
  const passed = (readers.get(id) ?? []).map(({ lane }) => lane)
    .filter((lane) => received.get(id)?.has(lane));
  return [...new Set(passed)].map((lane) => {
    const asker = askers.get(`${lane} ${id}`);
    const effect = asker === undefined ? "" : `, so ${asker} asks twice there`;
    return `Component ${id} replaces what it receives on lane ${lane}; ` +
      `a server also passes the original on${effect}`;
  });
}
