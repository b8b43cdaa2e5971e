import type { EventKind } from "./event.ts";
import { isRecord } from "./json.ts";
import type { TaskMetrics, TaskState } from "./task.ts";

/** An engine in three numbers. */
export interface DashboardOverview {
  /** How many connections there are. */
  readonly totalConnections: number;
  /** How many tasks have not ended. */
  readonly activeTasks: number;
  /** For how long the engine has run, in seconds. */
  readonly serverUptime: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A subscription of a connection. */
export interface DashboardMonitor {
  /** What it is for: `*`, or `p.<project>.<source>`, with a pipe at the end. */
  readonly key: string;
  /** The kinds of events. */
  readonly flags: readonly (EventKind | (string & Record<never, never>))[];
}

/** A connection to an engine. */
export interface DashboardConnection {
  /** The connection's id. */
  readonly id: number | string;
  /** When it came, in Unix seconds. */
  readonly connectedAt: number;
  /** When it last said something, in Unix seconds. */
  readonly lastActivity: number;
  /** How many messages came from it. */
  readonly messagesIn: number;
  /** How many messages went to it. */
  readonly messagesOut: number;
  /** Whether it has logged in. */
  readonly authenticated: boolean;
  /** Whose it is. */
  readonly clientId?: string | null;
  /** The user's id; `null` before the login. From 1.4 on, as the next three. */
  readonly userId?: string | null;
  /** The user's name. */
  readonly userName?: string | null;
  /** The organization's id. */
  readonly orgId?: string | null;
  /** The organization's name. */
  readonly orgName?: string | null;
  /** The name and version that the client sent. */
  readonly clientInfo?: {
    /** What it calls itself. */
    readonly name?: string;
    /** Its version. */
    readonly version?: string;
  };
  /** What it watches. */
  readonly monitors?: readonly DashboardMonitor[];
  /** The ids of the tasks that it is attached to. */
  readonly attachedTasks?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A task of an engine. */
export interface DashboardTask {
  /** The task's display id. */
  readonly id: string;
  /** The task's name. */
  readonly name: string;
  /** The pipeline's project. */
  readonly projectId: string;
  /** The id of the source component. */
  readonly source: string;
  /** The source component's provider. */
  readonly provider?: string;
  /** Whether it is a run of development or a deployed one; from 1.4 on. */
  readonly runKind?: "dev" | "deploy" | (string & Record<never, never>);
  /** How it was started. */
  readonly launchType?: "launch" | "execute" | (string & Record<never, never>);
  /** When it was started, in Unix seconds. */
  readonly startTime: number;
  /** For how long it has run, or ran, in seconds. */
  readonly elapsedTime: number;
  /** Whether it has ended. */
  readonly completed: boolean;
  /** What it says about itself; null when it has ended. */
  readonly status?: string | null;
  /** How it ended; null while it runs. */
  readonly exitCode?: number | null;
  /** When it ended, in Unix seconds; null while it runs. */
  readonly endTime?: number | null;
  /** How many connections are attached to it. */
  readonly connections?: number;
  /** Where it is. */
  readonly state: TaskState;
  /** For how long nothing was asked of it, in seconds. */
  readonly idleTime?: number;
  /** Seconds of idleness that it is allowed; 0 for no limit. */
  readonly ttl?: number;
  /** What it uses, where that is known. */
  readonly metrics?: Partial<TaskMetrics> | null;
  /** Objects that came. */
  readonly totalCount?: number;
  /** Objects that went through. */
  readonly completedCount?: number;
  /** Objects per second, times 100. */
  readonly rateCount?: number;
  /** Bytes per second, times 100. */
  readonly rateSize?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** The body of `rrext_dashboard`: an engine at a glance. */
export interface DashboardResponse {
  /** In three numbers. */
  readonly overview: DashboardOverview;
  /** Who is connected. */
  readonly connections: readonly DashboardConnection[];
  /** What runs, and what ran lately. */
  readonly tasks: readonly DashboardTask[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of a dashboard.
 *
 * @param value Anything.
 * @returns `true` when its three parts can be read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isDashboardResponse } from "@rocketride/streams/schema";
 *
 * assert(isDashboardResponse({ overview: {}, connections: [], tasks: [] }));
 * assert(!isDashboardResponse({}));
 * ```
 */
export function isDashboardResponse(
  value: unknown,
): value is DashboardResponse {
  return isRecord(value) && isRecord(value.overview) &&
    Array.isArray(value.connections) && Array.isArray(value.tasks);
}

/** Whether an engine's code is being profiled. */
export interface CProfileStatus {
  /** Whether a profile is being taken. */
  readonly active?: boolean;
  /** What came of a start. */
  readonly status?: "started" | "error" | (string & Record<never, never>);
  /** Who started it. */
  readonly owner?: string | null;
  /** The name that it was started with. */
  readonly session?: string | null;
  /** For how long it has been taken, in seconds. */
  readonly runtime?: number | null;
  /** When it was started, in Unix seconds. */
  readonly start_time?: number | null;
  /** Whether there is a report to fetch. */
  readonly has_report?: boolean;
  /** In words. */
  readonly message?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What came of ending a profile. */
export interface CProfileStop {
  /** Whether it went well. */
  readonly status?: "completed" | "error" | (string & Record<never, never>);
  /** The name that it was started with. */
  readonly session?: string | null;
  /** For how long it was taken, in seconds. */
  readonly runtime?: number | null;
  /** Who started it. */
  readonly owner?: string | null;
  /** In words. */
  readonly message?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A function of a profile, and what it called; from 1.4 on. */
export interface CProfileNode {
  /** The function's name; `<root>` for the whole. */
  readonly name: string;
  /** The file that it stands in. */
  readonly file?: string;
  /** The line that it begins at. */
  readonly line?: number;
  /** How often it was called. */
  readonly ncalls?: number;
  /** Seconds in the function itself. */
  readonly tottime?: number;
  /** Seconds in it and in what it called. */
  readonly cumtime?: number;
  /** What it called. */
  readonly children?: readonly CProfileNode[];
}

/** A profile as a tree; from 1.4 on. */
export interface CProfileTree {
  /** The root; `null` where nothing was measured. */
  readonly tree: CProfileNode | null;
  /** Seconds in all. */
  readonly total_time?: number;
  /** How many calls there were. */
  readonly total_calls?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A thread of a profile; from 1.5 on. */
export interface CProfileThread {
  /** What `cprofileTree` takes; 0 is one, too. */
  readonly id: number;
  /** Its name. */
  readonly name?: string | null;
  /** The operating system's number for it. */
  readonly tid?: number;
  /** Seconds that it has worked. */
  readonly ttot?: number;
  /** How often it was given the processor. */
  readonly sched_count?: number;
  /** How many functions it has called. */
  readonly functions?: number;
  /** How many calls it has made. */
  readonly calls?: number;
}

/** What a profile found out. */
export interface CProfileReport {
  /** The report, as text. */
  readonly report: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
