import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { isKnownLane } from "../registry.ts";
import { type Component, isName, listOf, nameFault } from "./component.ts";
import { edgesOf, findCycle } from "./graph.ts";
import type { PipelineNode } from "./node_config.ts";

/** The engine's numbers for kinds of issues. */
export const CCODE: {
  /** A value or a connection is wrong. */
  readonly INVALID_PARAM: 40;
  /** The document does not have the right shape. */
  readonly INVALID_SCHEMA: 42;
  /** Something may be wrong. */
  readonly WARNING: 75;
} = Object.freeze({ INVALID_PARAM: 40, INVALID_SCHEMA: 42, WARNING: 75 });

export function issue(
  ccode: number,
  message: string,
  id?: string,
): ValidationIssue {
  return id === undefined ? { ccode, message } : { ccode, message, id };
}

/** What a check says about each of some components. */
export function issuesOf(
  nodes: readonly PipelineNode[],
  check: (node: PipelineNode) => string | undefined | readonly string[],
): readonly ValidationIssue[] {
  return nodes.flatMap((node) =>
    [check(node) ?? []].flat()
      .map((message) => issue(CCODE.INVALID_PARAM, message, node.id))
  );
}

type Members = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the shape of a pipeline: every fault.
 *
 * @param pipeline The flat pipeline.
 * @param source The chosen source; its `config` may be absent.
 */
export function structureFaults(
  pipeline: unknown,
  source?: string,
): readonly ValidationIssue[] {
  if (!isRecord(pipeline)) return [fault("Pipeline config must be an object")];
  const { version, components } = pipeline;
  const faults = version === undefined || version === 1 ? [] : [
    fault(
      typeof version === "number"
        ? "'pipeline.version' is unsupported"
        : "'pipeline.version' must be a number",
    ),
  ];
  if (!Array.isArray(components)) {
    return [...faults, fault("'pipeline.components' must be an array")];
  }
  const seen = new Set<string>();
  for (const item of components) {
    if (!isRecord(item)) {
      faults.push(fault("Component must be an object"));
      continue;
    }
    const { id } = item;
    if (!isName(id)) {
      faults.push(fault(`Component 'id' ${nameFault(id)}`));
      continue;
    }
    const found = componentFaults(item, id === source);
    faults.push(...found.map((text) => fault(`Component ${id} ${text}`, id)));
    if (seen.has(id)) faults.push(fault(`Duplicate component ${id}`, id));
    seen.add(id);
  }
  const chosen = pipeline.source ?? undefined;
  if (chosen !== undefined && !isName(chosen)) {
    faults.push(fault(`'pipeline.source' ${nameFault(chosen)}`));
  } else if (chosen !== undefined && !seen.has(chosen)) {
    const text = `'pipeline.source' references unknown component id: ${chosen}`;
    faults.push(fault(text));
  }
  return faults;
}

function fault(message: string, id?: string): ValidationIssue {
  return issue(CCODE.INVALID_SCHEMA, message, id);
}

function* componentFaults(
  { provider, config }: Members,
  isSource: boolean,
): Generator<string, void> {
  if (!isName(provider)) yield `'provider' ${nameFault(provider)}`;
  if (config === undefined && isSource) return;
  if (!isRecord(config)) return yield "missing 'config' object";
  const { profile, parameters } = config;
  if (profile !== undefined && !isName(profile)) {
    yield `config 'profile' ${nameFault(profile)}`;
  } else if (isName(profile)) {
    const section = config[profile] ?? {};
    if (!isRecord(section)) yield `config missing profile object '${profile}'`;
    else yield* secureFaults(`config profile '${profile}'`, section);
  }
  if (parameters === undefined) return;
  if (!isRecord(parameters)) yield "config 'parameters' must be an object";
  else yield* secureFaults("config 'parameters'", parameters);
}

/** Encrypted values have their names beside them. */
function* secureFaults(
  where: string,
  { secureParameters: stored }: Members,
): Generator<string, void> {
  if (stored === undefined) return;
  const about = `${where}: 'secureParameters' must`;
  if (!isRecord(stored)) yield `${about} be an object`;
  else if (!Array.isArray(stored.secure)) {
    yield `${about} have a 'secure' array`;
  } else if (typeof stored.token !== "string") {
    yield `${about} have a 'token' string`;
  }
}

/** What is wrong with the connections as they are written. */
export function connectionFaults(
  components: unknown,
): readonly ValidationIssue[] {
  const items = listOf(components).filter(isRecord);
  const ids = new Set(items.map(({ id }) => id).filter(isName));
  return items.flatMap(({ id, input, control }) => {
    if (!isName(id)) return [];
    return [
      ...listFaults(`Component ${id} input`, input, "lane", ids),
      ...listFaults(`Component ${id} control`, control, "classType", ids),
    ].map((message) => issue(CCODE.INVALID_PARAM, message, id));
  });
}

function* listFaults(
  subject: string,
  value: unknown,
  kind: "lane" | "classType",
  ids: ReadonlySet<string>,
): Generator<string, void> {
  if (value === undefined) return;
  if (!Array.isArray(value)) return yield `${subject} must be an array`;
  for (const entry of value as readonly unknown[]) {
    if (!isRecord(entry)) {
      yield `${subject} entry must be an object`;
      continue;
    }
    const { [kind]: via, from } = entry;
    if (!isName(via)) yield `${subject} '${kind}' ${nameFault(via)}`;
    else if (kind === "lane" && !isKnownLane(via)) {
      yield `${subject} has unknown lane ${via}`;
    }
    if (!isName(from)) yield `${subject} 'from' ${nameFault(from)}`;
    else if (!ids.has(from)) {
      yield `${subject} references unknown component id: ${from}`;
    }
  }
}

/**
 * Inputs that a node does not take; to be asked of those that others read from,
 * as on a server. A node without outputs may be given anything.
 */
export function laneFaults(
  { id, definition, input }: PipelineNode,
): readonly string[] {
  const lanes = definition?.lanes ?? {};
  if (Object.values(lanes).flat().length === 0) return [];
  return input.map(({ lane }) => lane)
    .filter((lane) => isKnownLane(lane) && !Object.hasOwn(lanes, lane))
    .map((lane) =>
      `Component ${id} input lane ${lane} not found in service definition`
    );
}

/** A cycle among the connections, of either kind. */
export function cycleFaults(
  components: readonly Component[],
): readonly ValidationIssue[] {
  const cycle = findCycle(components.map(({ id }) => id), edgesOf(components));
  const [first] = cycle ?? [];
  if (!cycle || !first) return [];
  const way = cycle.map(({ via, to }) => `-[${via}]->${to}`).join("");
  const message = `Cycle detected in pipeline: ${first.from}${way}`;
  return [issue(CCODE.INVALID_PARAM, message, first.from)];
}
