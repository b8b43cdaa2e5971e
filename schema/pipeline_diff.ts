import { checkOptions } from "../lib/check.ts";
import { isRecord } from "./json.ts";
import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "./pipeline.ts";

/** A value that differs. */
export interface ConfigChange {
  /** Where it stands, for example `config.profiles[0].name`. */
  readonly path: string;
  /** Whether it is only in the newer one, only in the older one, or in both. */
  readonly kind: "added" | "removed" | "changed";
  /** What it was; `null` where it was not there. */
  readonly old: unknown;
  /** What it is; `null` where it is not there. */
  readonly new: unknown;
}

/** A component that only one of two pipelines has. */
export interface NodeRef {
  /** The component's id. */
  readonly id: string;
  /** The name of its service. */
  readonly provider: unknown;
}

/** A component that is in both pipelines, and differs. */
export interface NodeChange {
  /** The component's id. */
  readonly id: string;
  /** Its services, where they differ. */
  readonly provider_change:
    | {
      /** What it was. */
      readonly old: unknown;
      /** What it is. */
      readonly new: unknown;
    }
    | null;
  /** Its settings that differ; those of its layout, too, where that counts. */
  readonly config_changes: readonly ConfigChange[];
}

/** A connection of data or of control. */
export interface PipelineEdge {
  /** The component that it comes from. */
  readonly from: unknown;
  /** The lane, or the class type of a connection of control. */
  readonly lane: unknown;
  /** The component that it leads to. */
  readonly to: string;
}

/** What differs between two pipelines. */
export interface PipelineDiff {
  /** Components, by id. */
  readonly nodes: {
    /** Those that only the newer one has. */
    readonly added: readonly NodeRef[];
    /** Those that only the older one has. */
    readonly removed: readonly NodeRef[];
    /** Those that differ. */
    readonly changed: readonly NodeChange[];
  };
  /** Connections. */
  readonly edges: {
    /** Those that only the newer one has. */
    readonly added: readonly PipelineEdge[];
    /** Those that only the older one has. */
    readonly removed: readonly PipelineEdge[];
  };
  /** What an editor shows of the pipeline, where that counts. */
  readonly viewport: readonly ConfigChange[];
  /** In numbers. */
  readonly summary: {
    /** Components that were added. */
    readonly nodes_added: number;
    /** Components that were removed. */
    readonly nodes_removed: number;
    /** Components that differ. */
    readonly nodes_changed: number;
    /** Services that differ. */
    readonly provider_changes: number;
    /** Settings that differ. */
    readonly config_changes: number;
    /** Connections that were added. */
    readonly edges_added: number;
    /** Connections that were removed. */
    readonly edges_removed: number;
    /** What differs of what an editor shows of the pipeline. */
    readonly viewport_changes: number;
    /** The versions of the pipelines, where they differ. */
    readonly version_change: readonly [old: unknown, now: unknown] | null;
    /** Whether the layout differs, whether it counts or not. */
    readonly layout_changed: boolean;
    /** Whether anything differs that counts. */
    readonly has_semantic_changes: boolean;
  };
}

/** Options of {@linkcode diff}. */
export interface DiffOptions {
  /**
   * Whether the layout in an editor counts: `ui` of components, and `viewport`.
   * It is looked at in any case.
   *
   * @default {false}
   */
  readonly includeLayout?: boolean | undefined;
}

/**
 * Compare two pipelines: components by their ids, settings in depth, and
 * connections, whatever the order that they stand in. Lists of settings are
 * compared entry by entry.
 *
 * Components of groups count as those of the pipeline. Everything comes sorted,
 * in the shape of `rocketride diff --json`.
 *
 * @param older The pipeline as it was, flat or wrapped.
 * @param newer The pipeline as it is, flat or wrapped.
 * @param options See {@linkcode DiffOptions}.
 * @returns What differs.
 * @throws {TypeError} One of them is no pipeline.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { diff } from "@rocketride/streams/schema";
 *
 * const older = {
 *   components: [{ id: "llm", provider: "llm_openai", config: { profile: "a" } }],
 * };
 * const newer = {
 *   components: [{ id: "llm", provider: "llm_openai", config: { profile: "b" } }],
 * };
 * const [llm] = diff(older, newer).nodes.changed;
 * assertEquals(llm?.config_changes, [
 *   { path: "config.profile", kind: "changed", old: "a", new: "b" },
 * ]);
 * ```
 */
export function diff(
  older: Pipeline | WrappedPipeline,
  newer: Pipeline | WrappedPipeline,
  options: DiffOptions = {},
): PipelineDiff {
  checkOptions(options, "diff(older, newer, { includeLayout })", {
    includeLayout: "boolean",
  });
  const { includeLayout = false } = options;
  const [before, after] = [older, newer].map((given) => {
    const pipeline = unwrapPipeline(given);
    if (pipeline) return pipeline;
    throw new TypeError(
      'Cannot compare: expected a pipeline with "components"',
    );
  }) as [Pipeline, Pipeline];
  const [old, now] = [nodesOf(before), nodesOf(after)];
  const changed: NodeChange[] = [];
  let layoutChanged = false;
  for (const [id, was] of old) {
    const is = now.get(id);
    if (!is) continue;
    const moved = changesOf(was.ui ?? {}, is.ui ?? {}, "ui");
    layoutChanged ||= moved.length > 0;
    const provider_change = isEqual(was.provider ?? null, is.provider ?? null)
      ? null
      : { old: was.provider ?? null, new: is.provider ?? null };
    const config_changes = [
      ...changesOf(was.config ?? {}, is.config ?? {}, "config"),
      ...(includeLayout ? moved : []),
    ];
    if (provider_change || config_changes.length > 0) {
      changed.push({ id, provider_change, config_changes });
    }
  }
  const nodes = {
    added: missing(now, old),
    removed: missing(old, now),
    changed,
  };
  const [oldEdges, newEdges] = [edgesOf(old), edgesOf(now)];
  const edges = {
    added: missingEdges(newEdges, oldEdges),
    removed: missingEdges(oldEdges, newEdges),
  };
  const scrolled = changesOf(
    before.viewport ?? {},
    after.viewport ?? {},
    "viewport",
  );
  const viewport = includeLayout ? scrolled : [];
  const versions = [before.version ?? null, after.version ?? null] as const;
  const version_change = isEqual(...versions) ? null : versions;
  const counts = {
    nodes_added: nodes.added.length,
    nodes_removed: nodes.removed.length,
    nodes_changed: changed.length,
    provider_changes: changed.filter((it) => it.provider_change).length,
    config_changes: changed.flatMap((it) => it.config_changes).length,
    edges_added: edges.added.length,
    edges_removed: edges.removed.length,
    viewport_changes: viewport.length,
  };
  return {
    nodes,
    edges,
    viewport,
    summary: {
      ...counts,
      version_change,
      layout_changed: layoutChanged || scrolled.length > 0,
      has_semantic_changes: version_change !== null ||
        Object.values(counts).some((count) => count > 0),
    },
  };
}

type JsonRecord = Readonly<Record<string, unknown>>;
type Nodes = ReadonlyMap<string, JsonRecord>;
type Edges = ReadonlyMap<string, PipelineEdge>;

/** The components of one pipeline that the other one does not have. */
function missing(nodes: Nodes, others: Nodes): NodeRef[] {
  return [...nodes].filter(([id]) => !others.has(id))
    .map(([id, { provider = null }]) => ({ id, provider }));
}

function missingEdges(edges: Edges, others: Edges): PipelineEdge[] {
  return [...edges].filter(([key]) => !others.has(key))
    .map(([, edge]) => edge)
    .sort((a, b) =>
      compared(spelled(a.from), spelled(b.from)) ||
      compared(spelled(a.lane), spelled(b.lane)) ||
      compared(a.to, b.to)
    );
}

/** Documents may have anything where a name is expected. */
function spelled(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/** The order of texts by their characters, whatever the language. */
function compared(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Components by id, sorted; those of groups, however deep, among them. */
function nodesOf(pipeline: Pipeline): Nodes {
  const nodes = new Map<string, JsonRecord>();
  const left: unknown[] = [...pipeline.components];
  while (left.length > 0) {
    const node = left.pop();
    if (!isRecord(node)) continue;
    const { id, config } = node;
    const group = isRecord(config) && isRecord(config.pipeline) &&
        Array.isArray(config.pipeline.components)
      ? config.pipeline
      : undefined;
    if (group) left.push(...group.components as unknown[]);
    if (typeof id !== "string") continue;
    // What is in a group is compared by itself.
    const own = group
      ? { ...node, config: withoutMembers(config, group) }
      : node;
    nodes.set(id, own);
  }
  return new Map([...nodes].sort(([a], [b]) => compared(a, b)));
}

/** The settings of a group without what is in it. */
function withoutMembers(config: unknown, group: JsonRecord): JsonRecord {
  const { components: _, ...pipeline } = group;
  const { pipeline: __, ...rest } = config as JsonRecord;
  return Object.keys(pipeline).length > 0 ? { ...rest, pipeline } : rest;
}

/** Connections of data and of control, by what is equal in equal ones. */
function edgesOf(nodes: Nodes): Edges {
  const edges = new Map<string, PipelineEdge>();
  const lists = [["input", "lane"], ["control", "classType"]] as const;
  for (const [to, node] of nodes) {
    for (const [list, member] of lists) {
      const connections = node[list];
      for (const it of Array.isArray(connections) ? connections : []) {
        if (!isRecord(it)) continue;
        const edge = { from: it.from ?? null, lane: it[member] ?? null, to };
        edges.set(JSON.stringify(edge), edge);
      }
    }
  }
  return edges;
}

/** What differs between two values, each with the path to it. */
function changesOf(old: unknown, now: unknown, path: string): ConfigChange[] {
  const changes: ConfigChange[] = [];
  const left: [unknown, unknown, string][] = [[old, now, path]];
  while (left.length > 0) {
    const [was, is, at] = left.pop()!;
    const [before, after] = [partsOf(was), partsOf(is)];
    if (before && after && Array.isArray(was) === Array.isArray(is)) {
      const names = new Set([...before.keys(), ...after.keys()]);
      const order = Array.isArray(was) ? [...names] : [...names].sort(compared);
      for (const name of order.reverse()) {
        const [a, b] = [before.get(name), after.get(name)];
        left.push([a, b, at + (Array.isArray(was) ? `[${name}]` : `.${name}`)]);
      }
    } else if (!isEqual(was, is)) {
      const kind = was === undefined
        ? "added"
        : is === undefined
        ? "removed"
        : "changed";
      changes.push({ path: at, kind, old: was ?? null, new: is ?? null });
    }
  }
  return changes;
}

/** The members of a record, or the entries of a list. */
function partsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value));
}

/** Whether two JSON values are equal, whatever the order of members. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const members = Object.entries(value)
    .sort(([a], [b]) => compared(a, b))
    .map(([name, it]) => [name, sorted(it)]);
  // Lists are no records, whatever is in them.
  return { members };
}
