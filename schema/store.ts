import { isRecord } from "./json.ts";
import type { Pipeline, PipelineComponent } from "./pipeline.ts";

/** What something in the store is; object stores have paths that are both. */
export type StoreEntryType = "file" | "dir" | "both";

/** The description of a file or directory of the store. */
export interface StoreStat {
  /** What it is. */
  readonly type: StoreEntryType;
  /** Bytes; of files only. */
  readonly size?: number;
  /** When it was last written to, in Unix seconds; of files only. */
  readonly modified?: number;
  /** Whether it is a folder that stands for others, such as `@/Team`. */
  readonly virtual?: boolean;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Something in a directory of the store. */
export interface StoreEntry extends StoreStat {
  /** Its name, without the directory. */
  readonly name: string;
}

/** A component that data can enter a stored pipeline by. */
export interface PipelineSource {
  /** The component's id. */
  readonly id: string;
  /** The name of the node. */
  readonly provider: string;
  /** The name that people see; the id where it has none. */
  readonly name: string;
}

/** A stored pipeline in a list of projects or templates. */
export interface ProjectSummary {
  /** What it is stored under. */
  readonly id: string;
  /** The name that people see; the id where it has none. */
  readonly name: string;
  /** The description, if it has one. */
  readonly description?: string;
  /** Where data can enter it. */
  readonly sources: readonly PipelineSource[];
  /** How many components it has. */
  readonly totalComponents: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Names one state of a stored pipeline; means something to its engine only. */
export type StoreVersion = string | number;

/** A stored log in a list of logs. */
export interface LogEntry {
  /** The name of its file, `<source>-<start time>.log`. */
  readonly name: string;
  /** When it was last written to, in Unix seconds; 1.0 engines do not say. */
  readonly modified?: number;
}

/** What a run leaves behind; anything else may be in it, too. */
export interface LogContents {
  /** What happened. */
  readonly body: {
    /** When the run began, in Unix seconds; part of the log's name. */
    readonly startTime: number;
    /** Whatever else there is to say. */
    readonly [key: string]: unknown;
  };
  /** Whatever else there is to say. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of an entry of a directory.
 *
 * @param value Anything.
 * @returns `true` when it has a name and a known type.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isStoreEntry } from "@rocketride/streams/schema";
 *
 * assert(isStoreEntry({ name: "a.txt", type: "file", size: 3 }));
 * assert(!isStoreEntry({ name: "a.txt" }));
 * ```
 */
export function isStoreEntry(value: unknown): value is StoreEntry {
  return isStoreStat(value) && typeof value.name === "string";
}

/**
 * Check whether a value has the shape of a description of a file or directory.
 *
 * @param value Anything.
 * @returns `true` when it has a known type, and numbers as size and time, if any.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isStoreStat } from "@rocketride/streams/schema";
 *
 * assert(isStoreStat({ exists: true, type: "dir" }));
 * assert(!isStoreStat({ exists: false }));
 * ```
 */
export function isStoreStat(value: unknown): value is StoreStat {
  return isRecord(value) &&
    (value.type === "file" || value.type === "dir" || value.type === "both") &&
    isNumberIfAny(value.size) && isNumberIfAny(value.modified);
}

function isNumberIfAny(value: unknown): boolean {
  return typeof value === "number" || (value ?? undefined) === undefined;
}

/**
 * Check whether a value can be a stored pipeline in a list.
 *
 * @param value Anything.
 * @returns `true` when id, name, sources and count can be read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isProjectSummary } from "@rocketride/streams/schema";
 *
 * const summary = { id: "a", name: "A", sources: [], totalComponents: 0 };
 * assert(isProjectSummary(summary));
 * assert(!isProjectSummary({ id: "a" }));
 * ```
 */
export function isProjectSummary(value: unknown): value is ProjectSummary {
  return isRecord(value) && typeof value.id === "string" &&
    typeof value.name === "string" && Array.isArray(value.sources) &&
    typeof value.totalComponents === "number";
}

/**
 * Sum a pipeline up, as lists of projects and templates do.
 *
 * @param id What it is stored under.
 * @param pipeline The pipeline.
 * @returns The summary.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { summarize } from "@rocketride/streams/schema";
 *
 * const config = { mode: "Source", name: "Upload" };
 * const summary = summarize("a", {
 *   components: [{ id: "in", provider: "webhook", config }],
 * });
 * assertEquals(summary, {
 *   id: "a",
 *   name: "a",
 *   sources: [{ id: "in", provider: "webhook", name: "Upload" }],
 *   totalComponents: 1,
 * });
 * ```
 */
export function summarize(id: string, pipeline: Pipeline): ProjectSummary {
  const { name, description, components } = pipeline;
  return {
    id,
    name: text(name) ?? id,
    ...(typeof description === "string" ? { description } : {}),
    // What is stored was not always checked.
    sources: components.filter((it) => isRecord(it) && isSource(it))
      .map(({ id, provider, config }) => ({
        id,
        provider,
        name: text(config?.name) ?? id,
      })),
    totalComponents: components.length,
  };
}

function isSource({ config }: PipelineComponent): boolean {
  return isRecord(config) && config.mode === "Source";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
