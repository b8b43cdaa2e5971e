import { checkOptions } from "../lib/check.ts";
import { isRecord } from "./json.ts";
import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "./pipeline.ts";

/** A setting that differs. */
export interface ConfigChange {
  /** Where it stands, with dots between names. */
  readonly path: string;
  /** Whether it is only in the newer one, only in the older one, or in both. */
  readonly kind: "added" | "removed" | "changed";
  /** What it was. */
  readonly old?: unknown;
  /** What it is. */
  readonly new?: unknown;
}

/** A component that is in both pipelines, and differs. */
export interface NodeChange {
  /** The component's id. */
  readonly id: string;
  /** The providers, where they differ: what it was, and what it is. */
  readonly provider_change: readonly [old: string, now: string] | null;
  /** The settings that differ. */
  readonly config_changes: readonly ConfigChange[];
}

/** A connection: from a component, by a lane or class type, to another one. */
export type PipelineEdge = readonly [from: string, lane: string, to: string];

/** What differs between two pipelines. */
export interface PipelineDiff {
  /** Components, by id. */
  readonly nodes: {
    /** Those that only the newer one has. */
    readonly added: readonly string[];
    /** Those that only the older one has. */
    readonly removed: readonly string[];
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
    /** Connections that were added. */
    readonly edges_added: number;
    /** Connections that were removed. */
    readonly edges_removed: number;
    /** What differs of what an editor shows of the pipeline. */
    readonly viewport_changes: number;
    /** The versions of the pipelines, where they differ. */
    readonly version_change: readonly [old: unknown, now: unknown] | null;
    /** Whether the layout differs, where that counts. */
    readonly layout_changed: boolean;
    /** Whether the pipelines work in another way. */
    readonly has_semantic_changes: boolean;
  };
}

/** Options of {@linkcode diff}. */
export interface DiffOptions {
  /**
   * Whether the layout in an editor counts: `ui` of components, and `viewport`.
   *
   * @default {false}
   */
  readonly includeLayout?: boolean | undefined;
}

/**
 * Compare two pipelines: components by their ids, settings in depth, and
 * connections, whatever the order that they stand in.
 *
 * Components of groups count as those of the pipeline.
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
 *   { path: "profile", kind: "changed", old: "a", new: "b" },
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
  const [oldEdges, newEdges] = [edgesOf(old), edgesOf(now)];
  const layout = (it: JsonRecord): JsonRecord =>
    includeLayout ? { ui: it.ui } : {};
  const changed: NodeChange[] = [];
  let layoutChanged = false;
  let isOther = false;
  for (const [id, was] of old) {
    const is = now.get(id);
    if (!is) continue;
    const providers = [String(was.provider), String(is.provider)] as const;
    const provider_change = providers[0] === providers[1] ? null : providers;
    const settings = changesOf(was.config ?? {}, is.config ?? {}, "");
    const moved = changesOf(layout(was), layout(is), "");
    layoutChanged ||= moved.length > 0;
    isOther ||= provider_change !== null || settings.length > 0;
    const config_changes = [...settings, ...moved];
    if (provider_change || config_changes.length > 0) {
      changed.push({ id, provider_change, config_changes });
    }
  }
  const nodes = {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed,
  };
  const edges = {
    added: [...newEdges].filter(([key]) => !oldEdges.has(key)).map(second),
    removed: [...oldEdges].filter(([key]) => !newEdges.has(key)).map(second),
  };
  const viewport = includeLayout
    ? changesOf({ viewport: before.viewport }, { viewport: after.viewport }, "")
    : [];
  const versions = [before.version ?? null, after.version ?? null] as const;
  const version_change = Object.is(...versions) ? null : versions;
  const counts = {
    nodes_added: nodes.added.length,
    nodes_removed: nodes.removed.length,
    nodes_changed: changed.length,
    edges_added: edges.added.length,
    edges_removed: edges.removed.length,
  };
  const { nodes_changed: _, ...comings } = counts;
  return {
    nodes,
    edges,
    viewport,
    summary: {
      ...counts,
      viewport_changes: viewport.length,
      version_change,
      layout_changed: layoutChanged || viewport.length > 0,
      has_semantic_changes: isOther ||
        Object.values(comings).some((count) => count > 0) ||
        version_change !== null,
    },
  };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function second<T>([, it]: readonly [unknown, T]): T {
  return it;
}

/** Components by id; those of groups, however deep, among them. */
function nodesOf(pipeline: Pipeline): Map<string, JsonRecord> {
  const nodes = new Map<string, JsonRecord>();
  const left: unknown[] = [...pipeline.components].reverse();
  while (left.length > 0) {
    const node = left.pop();
    if (!isRecord(node)) continue;
    const { id, config } = node;
    const inner = isRecord(config) && isRecord(config.pipeline)
      ? config.pipeline.components
      : undefined;
    if (!Array.isArray(inner)) {
      nodes.set(String(id), node);
      continue;
    }
    // What is in a group is compared by itself.
    const { pipeline: group, ...rest } = config as JsonRecord;
    const { components: __, ...others } = group as JsonRecord;
    nodes.set(String(id), { ...node, config: { ...rest, pipeline: others } });
    for (const it of inner.toReversed()) left.push(it);
  }
  return nodes;
}

/** Connections of data and of control, by what is equal in equal ones. */
function edgesOf(
  nodes: ReadonlyMap<string, JsonRecord>,
): Map<string, PipelineEdge> {
  const edges = new Map<string, PipelineEdge>();
  const lists = [["input", "lane"], ["control", "classType"]] as const;
  for (const [to, node] of nodes) {
    for (const [list, member] of lists) {
      const connections = node[list];
      for (const it of Array.isArray(connections) ? connections : []) {
        if (!isRecord(it)) continue;
        const edge = [String(it.from), String(it[member]), to] as const;
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
    if (isRecord(was) && isRecord(is)) {
      const names = new Set([...Object.keys(was), ...Object.keys(is)]);
      for (const name of [...names].reverse()) {
        const of = (it: JsonRecord): unknown =>
          Object.hasOwn(it, name) ? it[name] : undefined;
        left.push([of(was), of(is), at === "" ? name : `${at}.${name}`]);
      }
    } else if (!isEqual(was, is)) {
      changes.push({
        path: at,
        kind: was === undefined
          ? "added"
          : is === undefined
          ? "removed"
          : "changed",
        ...(was !== undefined && { old: was }),
        ...(is !== undefined && { new: is }),
      });
    }
  }
  return changes;
}

/** Whether two JSON values are equal, whatever the order of members. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, it]) => [name, sorted(it)]);
}
