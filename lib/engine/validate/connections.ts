import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { type Component, isName, nameFault } from "../pipeline/component.ts";
import { edgesOf, findCycle } from "../pipeline/graph.ts";
import { isKnownLane } from "../lanes.ts";
import type { NodeRegistry } from "../registry.ts";
import { CCODE, issue } from "./issue.ts";

/**
 * What is wrong with the connections as they are written.
 */
export function connectionFaults(
  components: unknown,
): readonly ValidationIssue[] {
  const items = (Array.isArray(components) ? components : []).filter(isRecord);
  const ids = new Set(items.map(({ id }) => id).filter(isName));
  return items.flatMap((item) => {
    const { id } = item;
    if (!isName(id)) return [];
    return [
      ...listFaults(id, "input", item.input, "lane", ids),
      ...listFaults(id, "control", item.control, "classType", ids),
    ].map((message) => issue(CCODE.INVALID_PARAM, message, id));
  });
}

function listFaults(
  id: string,
  list: "input" | "control",
  value: unknown,
  kind: "lane" | "classType",
  ids: ReadonlySet<string>,
): readonly string[] {
  const subject = `Component ${id} ${list}`;
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`${subject} must be an array`];
  return value.flatMap((entry: unknown) => {
    if (!isRecord(entry)) return [`${subject} entry must be an object`];
    const via = entry[kind];
    const { from } = entry;
    const faults: string[] = [];
    if (!isName(via)) {
      faults.push(`${subject} '${kind}' ${nameFault(via)}`);
    } else if (kind === "lane" && !isKnownLane(via)) {
      faults.push(`${subject} has unknown lane ${via}`);
    }
    if (!isName(from)) {
      faults.push(`${subject} 'from' ${nameFault(from)}`);
    } else if (!ids.has(from)) {
      faults.push(`${subject} references unknown component id: ${from}`);
    }
    return faults;
  });
}

/** Inputs that the receiving node does not take. */
export function laneFaults(
  components: readonly Component[],
  registry: NodeRegistry,
): readonly ValidationIssue[] {
  return components.flatMap(({ id, provider, input }) => {
    const lanes = registry.get(provider)?.lanes ?? {};
    // A node without outputs may take whatever it is given.
    if (Object.values(lanes).every((out) => out.length === 0)) return [];
    return input.filter(({ lane }) =>
      isKnownLane(lane) && !Object.hasOwn(lanes, lane)
    ).map(({ lane }) =>
      issue(
        CCODE.INVALID_PARAM,
        `Component ${id} input lane ${lane} not found in service definition`,
        id,
      )
    );
  });
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
