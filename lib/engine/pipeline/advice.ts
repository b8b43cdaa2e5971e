import { unresolved, type ValidationIssue } from "../../../schema/pipeline.ts";
import type { NodeDefinition } from "../node.ts";
import { isResponseNode } from "../registry.ts";
import { CCODE, issue } from "./document_faults.ts";
import type { PipelineNode } from "./node_config.ts";
import { canCheckStart } from "./node_faults.ts";

export interface AdviceContext {
  readonly forwarding: "clean" | "engine";
  /** Ids that the chosen source leads to. */
  readonly loaded: ReadonlySet<string>;
  /** The same ids, feeders first; without those on a cycle. */
  readonly chain: readonly string[];
}

interface Wiring {
  readonly byId: ReadonlyMap<string, PipelineNode>;
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
  nodes: readonly PipelineNode[],
  { forwarding, loaded, chain }: AdviceContext,
): readonly ValidationIssue[] {
  const wiring = wiringOf(nodes, chain);
  const warnings = nodes.flatMap((node) => {
    const { id } = node;
    const texts = loaded.has(id)
      ? nodeAdvice(node, wiring, forwarding)
      : [`Component ${id} is not reachable from the source`];
    return texts.map((text) => issue(CCODE.WARNING, text, id));
  });
  const responds = nodes.some(({ id, provider }) =>
    loaded.has(id) && isResponseNode(provider)
  );
  if (responds) return warnings;
  const text = "Pipeline has no reachable response node: results will be empty";
  return [...warnings, issue(CCODE.WARNING, text)];
}

function wiringOf(
  nodes: readonly PipelineNode[],
  chain: readonly string[],
): Wiring {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const received = new Map(nodes.map(({ id, input }) => [
    id,
    new Set(input.map(({ lane }) => lane)),
  ]));
  const inputs = nodes.flatMap(({ id, input }) =>
    input.map((entry): Reader => ({ ...entry, id }))
  );
  const readers = Map.groupBy(inputs, ({ from }) => from);
  const askers = new Map<string, string>();
  for (const from of chain.toReversed()) {
    for (const { id, lane } of readers.get(from) ?? []) {
      const key = `${lane} ${from}`;
      const asker = asksModel(byId.get(id)?.definition, lane)
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

function nodeAdvice(
  node: PipelineNode,
  wiring: Wiring,
  forwarding: AdviceContext["forwarding"],
): readonly string[] {
  const { definition, isKeyless, warnings } = node;
  return [
    ...(isKeyless ? [] : withoutValue(node)),
    ...redacted(node),
    ...unheardOf(node, wiring),
    ...warnings,
    ...(isKeyless ? [] : empty(node)),
    ...(definition?.replaces && forwarding === "clean"
      ? forwarded(node, wiring)
      : []),
  ];
}

/** Members that a model needs, where starting its node does not tell. */
function empty(
  { id, definition, effective, encrypted }: PipelineNode,
): readonly string[] {
  const asks = definition?.classType.some((name) =>
    name === "llm" || name === "embedding"
  );
  if (!asks || canCheckStart(definition!)) return [];
  return ["apikey", "model", "serverbase", "base_url"]
    .filter((key) => effective[key] === "" && !encrypted.includes(key))
    .map((key) => `Component ${id} has an empty '${key}'`);
}

function withoutValue({ id, config }: PipelineNode): readonly string[] {
  return unresolved(config).map((name) =>
    `Component ${id} uses \${${name}}, which has no value`
  );
}

/** A placeholder for anything but what pipelines may use. */
const FOREIGN = /\$\{(?!ROCKETRIDE_)[^{}"\\]+\}/g;

/** Text that a server would not leave alone. */
function redacted({ id, config }: PipelineNode): readonly string[] {
  const found = JSON.stringify(config).match(FOREIGN) ?? [];
  return [...new Set(found)].map((placeholder) =>
    `Component ${id} uses ${placeholder}, which a server replaces by ` +
    "<REDACTED>: only ROCKETRIDE_ variables are filled in"
  );
}

/** Inputs from nodes that neither produce the lane nor could forward it. */
function unheardOf(
  { id, input }: PipelineNode,
  { byId, received }: Wiring,
): readonly string[] {
  return input.flatMap(({ lane, from }) => {
    const lanes = byId.get(from)?.definition?.lanes;
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
  { id }: PipelineNode,
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
