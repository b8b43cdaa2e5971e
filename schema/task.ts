import { isRecord } from "./json.ts";
import type { Pipeline } from "./pipeline.ts";

/** The states of a task as numbers on the wire. */
export const TASK_STATE: {
  /** No such task. */
  readonly NONE: 0;
  /** Accepted; the engine's process is being started. */
  readonly STARTING: 1;
  /** The pipeline is being loaded. */
  readonly INITIALIZING: 2;
  /** Ready for data. */
  readonly RUNNING: 3;
  /** Asked to stop. */
  readonly STOPPING: 4;
  /** Ended by itself. */
  readonly COMPLETED: 5;
  /** Ended because it was stopped. */
  readonly CANCELLED: 6;
} = /* @__PURE__ */ Object.freeze({
  NONE: 0,
  STARTING: 1,
  INITIALIZING: 2,
  RUNNING: 3,
  STOPPING: 4,
  COMPLETED: 5,
  CANCELLED: 6,
});

/** A state of a task: one of the numbers of {@linkcode TASK_STATE}. */
export type TaskState = (typeof TASK_STATE)[keyof typeof TASK_STATE];

/** The ten statistics of a task; sizes in bytes. */
export interface TaskCounters {
  /** Bytes completed and failed together. */
  readonly totalSize: number;
  /** Objects completed and failed together; not a forecast. */
  readonly totalCount: number;
  /** Bytes of objects that went through. */
  readonly completedSize: number;
  /** Objects that went through. */
  readonly completedCount: number;
  /** Bytes of objects that failed or whose pipe was abandoned. */
  readonly failedSize: number;
  /** Objects that failed or whose pipe was abandoned. */
  readonly failedCount: number;
  /** Bytes of words; only the internal indexer counts them. */
  readonly wordsSize: number;
  /** Words; only the internal indexer counts them. */
  readonly wordsCount: number;
  /** Bytes per second, times 100. */
  readonly rateSize: number;
  /** Objects per second, times 100. */
  readonly rateCount: number;
}

/** Which components are at work in each pipe. */
export interface TaskFlow {
  /** How many pipes there are. */
  readonly totalPipes: number;
  /** Pipe index to the ids of its active components, innermost last. */
  readonly byPipe: Readonly<Record<string, readonly string[]>>;
}

/** What a task uses: now, at most, on average; zero once it has ended. */
export interface TaskMetrics {
  /** Processor time in percent. */
  readonly cpu_percent: number;
  /** Main memory in MB. */
  readonly cpu_memory_mb: number;
  /** Graphics memory in MB. */
  readonly gpu_memory_mb: number;
  /** The highest `cpu_percent` so far. */
  readonly peak_cpu_percent: number;
  /** The highest `cpu_memory_mb` so far. */
  readonly peak_cpu_memory_mb: number;
  /** The highest `gpu_memory_mb` so far. */
  readonly peak_gpu_memory_mb: number;
  /** The mean of `cpu_percent`. */
  readonly avg_cpu_percent: number;
  /** The mean of `cpu_memory_mb`. */
  readonly avg_cpu_memory_mb: number;
  /** The mean of `gpu_memory_mb`. */
  readonly avg_gpu_memory_mb: number;
}

/** What a task has cost, in billing tokens; kept after it has ended. */
export interface TaskTokens {
  /** For processor time. */
  readonly cpu_utilization: number;
  /** For main memory. */
  readonly cpu_memory: number;
  /** For graphics memory. */
  readonly gpu_memory: number;
  /** For inference on graphics hardware; from 1.1 on. */
  readonly gpu_inference?: number;
  /** For what nodes count themselves, by name; from 1.1 on. */
  readonly custom?: Readonly<Record<string, number>>;
  /** All of them together. */
  readonly total: number;
}

/** How long a component has worked; of tasks with a trace. */
export interface ComponentStats {
  /** How often it was called. */
  readonly calls: number;
  /** Seconds in all. */
  readonly totalSeconds: number;
  /** Seconds of the longest call. */
  readonly maxSeconds: number;
}

/** An object that took long; of tasks with a trace. */
export interface SlowDocument {
  /** The object's name, 200 characters of it at most. */
  readonly name: string;
  /** Seconds from begin to end. */
  readonly elapsed: number;
  /** When it began, in Unix seconds. */
  readonly beginTime: number;
  /** The number in the log that its trace begins with. */
  readonly beginSeq?: number | null;
}

/**
 * The whole status of a task: the body of
 * `rrext_get_task_status` and of the event `apaevt_status_update`.
 */
export interface TaskStatus extends TaskCounters {
  /** `<task name or display id>.<component name or source id>`. */
  readonly name: string;
  /** The pipeline's project. */
  readonly project_id: string;
  /** The id of the source component. */
  readonly source: string;
  /** The reliable sign that the task has ended, however it ended. */
  readonly completed: boolean;
  /** The state of the task; servers mix up 5 and 6. */
  readonly state: TaskState;
  /** Unix seconds, with a fraction; 0 = not yet. */
  readonly startTime: number;
  /** Unix seconds, with a fraction; 0 = not yet. */
  readonly endTime: number;
  /** Whether a debugger is attached. */
  readonly debuggerAttached: boolean;
  /** What the task is doing, in words for people. */
  readonly status: string;
  /** The newest 50, oldest first; each `Code*message*file:line`. */
  readonly warnings: readonly string[];
  /** The newest 50, oldest first; each `Code*message*file:line`. */
  readonly errors: readonly string[];
  /** The object in progress; some engines send `null` between objects. */
  readonly currentObject: string | null;
  /** The size in bytes of the object in progress. */
  readonly currentSize: number;
  /**
   * Hints on how to reach the source. Those that hold a key of the task are
   * read by name only: `notes` is then not enumerable.
   */
  readonly notes: readonly (string | Readonly<Record<string, unknown>>)[];
  /** Whether the task takes data. */
  readonly serviceUp: boolean;
  /** Not reliable: 0 until known, `null` after a restart. */
  readonly exitCode: number | null;
  /** Why the task ended, where the engine says so. */
  readonly exitMessage: string;
  /** Which components are at work in each pipe. */
  readonly pipeflow: TaskFlow;
  /** What the task uses. */
  readonly metrics: TaskMetrics;
  /** What the task has cost. */
  readonly tokens: TaskTokens;
  /** Component to how long it has worked; from 1.4 on, with a trace. */
  readonly componentStats?: Readonly<Record<string, ComponentStats>>;
  /** The ten slowest objects, slowest first; from 1.4 on, with a trace. */
  readonly slowestDocs?: readonly SlowDocument[];
  /** Seconds from begin to end of all objects; from 1.4 on, with a trace. */
  readonly completionSeconds?: number;
  /** Seconds between objects; from 1.4 on, with a trace. */
  readonly idleSeconds?: number;
  /** The longest time between two objects, in seconds. */
  readonly idleLongestSeconds?: number;
  /** When that began, in Unix seconds; 0 = never. */
  readonly idleLongestAt?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A running task as `rrext_get_tasks` lists it. */
export interface TaskSummary {
  /** The pipeline's name, else its source. */
  readonly name: string;
  /** The pipeline's description, or a default of the server. */
  readonly description?: string | null;
  /** The id of the source component. */
  readonly source: string;
  /** The task's token. */
  readonly token: string;
  /** What the task is doing, in words for people. */
  readonly status: string;
  /** The pipeline as it was received, with its placeholders. */
  readonly pipeline?: Pipeline;
  /** Whether it is a run of development or a deployed one; from 1.4 on. */
  readonly runKind?: "dev" | "deploy" | (string & Record<never, never>);
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of a task status.
 *
 * Looks at the two members that decisions rest on, `state` and `completed`.
 *
 * @param value Anything.
 * @returns `true` when both are there with their types.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isTaskStatus, TASK_STATE } from "@rocketride/streams/schema";
 *
 * assert(isTaskStatus({ state: TASK_STATE.RUNNING, completed: false }));
 * assert(!isTaskStatus({ state: "running" }));
 * ```
 */
export function isTaskStatus(value: unknown): value is TaskStatus {
  return isRecord(value) && typeof value.state === "number" &&
    typeof value.completed === "boolean";
}
