import { isRecord } from "../../../schema/json.ts";
import { type Component, isName, listOf } from "./component.ts";

/** A connection between two components. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The lane of a data connection, the class of a control connection. */
  readonly via: string;
  readonly kind: "lane" | "control";
}

/**
 * All connections, in the order of the components and then of their entries:
 * the order in which targets are called.
 */
export function edgesOf(components: readonly Component[]): readonly Edge[] {
  return components.flatMap(({ id: to, input, control }) => [
    ...input.map(({ lane: via, from }): Edge => {
      return { from, to, via, kind: "lane" };
    }),
    ...control.map(({ classType: via, from }): Edge => {
      return { from, to, via, kind: "control" };
    }),
  ]);
}

/**
 * The ids that can be reached from `source`, itself included.
 *
 * Over all edges this is what gets loaded; over lanes alone it is what takes
 * part in an object's life.
 */
export function reachable(
  source: string,
  edges: readonly Edge[],
): ReadonlySet<string> {
  const next = Map.groupBy(edges, (edge) => edge.from);
  // A set can be added to while it is walked.
  const reached = new Set([source]);
  for (const id of reached) {
    for (const { to } of next.get(id) ?? []) reached.add(to);
  }
  return reached;
}

/**
 * The ids that a source leads to, over connections of any shape: a component
 * with a fault is meant to run, too, if it is connected.
 */
export function connectedTo(
  source: string,
  list: unknown,
): ReadonlySet<string> {
  const edges = listOf(list).filter(isRecord).flatMap((item) => {
    const { id: to, input, control } = item;
    if (!isName(to)) return [];
    return [input, control].flat().filter(isRecord).map(({ from }) => from)
      .filter(isName)
      .map((from): Edge => ({ from, to, via: "", kind: "lane" }));
  });
  return reachable(source, edges);
}

/**
 * Sort ids so that each comes after those that it gets data from.
 *
 * Ids without such a relation keep the order in which they are given. Ids on
 * a cycle are left out.
 */
export function topologicalOrder(
  ids: readonly string[],
  edges: readonly Edge[],
): readonly string[] {
  const known = new Set(ids);
  const inner = edges.filter(({ from, to }) =>
    known.has(from) && known.has(to)
  );
  const next = Map.groupBy(inner, (edge) => edge.from);
  const feeders = new Map(ids.map((id) => [id, 0]));
  for (const { to } of inner) feeders.set(to, (feeders.get(to) ?? 0) + 1);

  const order = ids.filter((id) => feeders.get(id) === 0);
  for (const id of order) {
    for (const { to } of next.get(id) ?? []) {
      const left = (feeders.get(to) ?? 0) - 1;
      feeders.set(to, left);
      if (left === 0) order.push(to);
    }
  }
  return order;
}

/** A cycle, as the edges that lead around it, or `undefined`. */
export function findCycle(
  ids: readonly string[],
  edges: readonly Edge[],
): readonly Edge[] | undefined {
  const sorted = new Set(topologicalOrder(ids, edges));
  const knot = ids.filter((id) => !sorted.has(id));
  const known = new Set(knot);
  /** For each id of the knot, the first edge that leads to it from the knot. */
  const back = new Map<string, Edge>();
  for (const edge of edges) {
    if (!known.has(edge.from) || !known.has(edge.to)) continue;
    if (!back.has(edge.to)) back.set(edge.to, edge);
  }
  // Every id of the knot has a feeder in it, so walking back must meet itself.
  const walked = new Map<string, Edge>();
  let edge = back.get(knot[0] ?? "");
  while (edge && !walked.has(edge.to)) {
    walked.set(edge.to, edge);
    edge = back.get(edge.from);
  }
  if (!edge) return undefined;
  const way = [...walked.values()];
  return way.slice(way.indexOf(edge)).reverse();
}
