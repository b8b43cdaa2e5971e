import { isRecord } from "../../../schema/json.ts";
import type { NodeRegistry } from "../registry.ts";
import { isName } from "./component.ts";
import { type Edge, reachable } from "./graph.ts";

/** What editors store their sticky notes as. */
const NOTES: ReadonlySet<unknown> = new Set(["annotation", "default"]);

/** The entries of a list of components, less the notes of an editor. */
export function withoutNotes(list: unknown, registry: NodeRegistry): unknown {
  if (!Array.isArray(list)) return list;
  return list.filter((item) => !isNote(item, registry));
}

function isNote(item: unknown, registry: NodeRegistry): boolean {
  return isRecord(item) && NOTES.has(item.provider) &&
    registry.get(item.provider as string) === undefined;
}

/**
 * The ids that a source leads to, over connections of any shape: a component
 * with a fault is meant to run, too, if it is connected.
 */
export function connectedTo(
  source: string,
  list: unknown,
): ReadonlySet<string> {
  const items = (Array.isArray(list) ? list : []).filter(isRecord);
  const edges = items.flatMap(({ id: to, input, control }): Edge[] =>
    !isName(to) ? [] : [input, control].flat().flatMap((entry) => {
      const from = isRecord(entry) ? entry.from : undefined;
      return isName(from) ? [{ from, to, via: "", kind: "lane" }] : [];
    })
  );
  return reachable(source, edges);
}
